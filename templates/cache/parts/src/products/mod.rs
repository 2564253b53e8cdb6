//= cached
impl crate::platform::copy::Cached for Product {
    const KIND: &str = "product";
}

