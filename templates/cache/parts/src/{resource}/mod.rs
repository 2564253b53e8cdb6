//= cached
impl crate::platform::copy::Cached for <% resource.type %> {
    const KIND: &str = "<% resource.one %>";
}

