//= cached
impl crate::platform::copy::Cached for Product {
    const KIND: &str = "product";

    fn weight(&self) -> usize {
        size_of::<Self>() + self.name.len()
    }
}

