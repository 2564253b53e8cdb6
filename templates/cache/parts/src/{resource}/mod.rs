//= cached
impl crate::platform::copy::Cached for <% resource.type %> {
    const KIND: &str = "<% resource.one %>";

    fn weight(&self) -> usize {
        <% resource.weight %>
    }
}

