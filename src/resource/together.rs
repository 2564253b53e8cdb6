//! The rules between the resources of a project.

use super::{Field, Mistake, Resource, suggestion, words};
use crate::spelling;

/// Checks that the resources have different names and schemas, refer to resources that exist, not to each other in a
/// circle, and are created with references to those before them only.
///
/// # Errors
/// [`Mistake::Twice`], [`Mistake::Schema`], [`Mistake::Unknown`], [`Mistake::Later`], [`Mistake::Circular`]
pub fn check(resources: &[Resource]) -> Result<(), Mistake> {
    let mut before = vec![Resource::products()];
    for (index, resource) in resources.iter().enumerate() {
        before.iter().try_for_each(|other| differ(resource, other))?;
        let mut created = resource.created().iter().filter_map(Field::reference);
        if let Some(name) = created.find(|name| !is_among(&before, name)) {
            return Err(unresolved(resource, name, resources, &resources[index + 1..]));
        }
        before.push(resource.clone());
    }
    for resource in resources {
        if let Some(name) = resource.needs().find(|name| !is_among(&before, name)) {
            return Err(unresolved(resource, name, resources, &[]));
        }
    }
    // What refers to nothing that is left is left out, until nothing more can be.
    let mut left = before;
    while let Some(index) = left.iter().position(|one| !one.references().any(|name| is_among(&left, name))) {
        left.remove(index);
    }
    left.first().map_or(Ok(()), |first| Err(Mistake::Circular(first.name.clone())))
}

fn is_among(resources: &[Resource], name: &str) -> bool {
    resources.iter().any(|other| other.name == name)
}

/// Checks that a project can have both.
fn differ(resource: &Resource, other: &Resource) -> Result<(), Mistake> {
    if resource.name == other.name {
        return Err(Mistake::Twice(resource.name.clone()));
    }
    let others = other.schemas();
    match resource.schemas().into_iter().find(|schema| others.contains(schema)) {
        Some(schema) => Err(Mistake::Schema { name: resource.name.clone(), other: other.name.clone(), schema }),
        None => Ok(()),
    }
}

/// What is wrong with a reference to none of the resources that this one may refer to: `later` ones are not among them.
fn unresolved(resource: &Resource, name: &str, all: &[Resource], later: &[Resource]) -> Mistake {
    let products = Resource::products().name;
    let known: Vec<&str> = all.iter().map(|other| other.name.as_str()).chain([products.as_str()]).collect();
    let plain = suggestion::snake_case(name);
    // Written in the singular, or in another case.
    let meant = known.iter().copied().find(|other| *other == plain || words::singular(other) == plain);
    if meant == Some(&resource.name) {
        return Mistake::Circular(name.to_owned());
    }
    if meant.is_some_and(|meant| is_among(later, meant)) {
        return Mistake::Later { name: name.to_owned(), by: resource.name.clone() };
    }
    let others = known.into_iter().filter(|other| *other != resource.name);
    let nearest = meant.or_else(|| spelling::nearest(name, others));
    Mistake::Unknown { name: name.to_owned(), nearest: nearest.map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(texts: &[&str]) -> Result<(), Mistake> {
        check(&texts.iter().map(|text| text.parse().expect("valid")).collect::<Vec<_>>())
    }

    fn unknown(name: &str, nearest: Option<&str>) -> Result<(), Mistake> {
        Err(Mistake::Unknown { name: name.to_owned(), nearest: nearest.map(str::to_owned) })
    }

    #[test]
    fn resources_refer_to_those_before_them() {
        assert_eq!(all(&["orders ref:products", "lines ref:orders"]), Ok(()));
        let later = Mistake::Later { name: "orders".to_owned(), by: "lines".to_owned() };
        assert_eq!(all(&["lines ref:orders", "orders a:int"]), Err(later));
        assert_eq!(all(&["orders a:int ref:lines? was a:int", "lines a:int"]), Ok(()));
        let circle = all(&["orders a:int ref:lines? was a:int", "lines ref:orders"]);
        assert_eq!(circle, Err(Mistake::Circular("orders".to_owned())));
        assert_eq!(all(&["orders a:int ref:orders"]), Err(Mistake::Circular("orders".to_owned())));
        assert_eq!(all(&["orders a:int was a:int ref:lines"]), unknown("lines", None));
        assert_eq!(all(&["orders ref:product"]), unknown("product", Some("products")));
        assert_eq!(all(&["products a:int"]), Err(Mistake::Twice("products".to_owned())));
    }

    #[test]
    fn a_reference_in_another_form_is_named_as_it_is_written_and_the_resource_is_found() {
        for (name, meant) in [
            ("Products", "products"),
            ("PRODUCTS", "products"),
            ("product", "products"),
            ("Product", "products"),
            ("order-items", "order_items"),
            ("OrderItem", "order_items"),
            ("ORDER_ITEMS", "order_items"),
            ("person", "people"),
            ("Person", "people"),
        ] {
            for field in [format!("ref:{name}"), format!("by:ref:{name}?")] {
                let lines = format!("lines {field}");
                assert_eq!(all(&["order_items a:int", "people a:int", &lines]), unknown(name, Some(meant)), "{field}");
            }
        }
        assert_eq!(all(&["orders a:int ref:Users"]), unknown("Users", None));
        assert_eq!(all(&["orders a:int ref:Order"]), Err(Mistake::Circular("Order".to_owned())));
        let later = Mistake::Later { name: "Lines".to_owned(), by: "orders".to_owned() };
        assert_eq!(all(&["orders ref:Lines", "lines a:int"]), Err(later));
        assert_eq!(all(&["orders a:int ref:Line? was a:int", "lines a:int"]), unknown("Line", Some("lines")));
    }

    #[test]
    fn no_two_resources_have_a_schema_of_the_same_name() {
        let schema = |name: &str, other: &str, schema: &str| {
            Err(Mistake::Schema { name: name.to_owned(), other: other.to_owned(), schema: schema.to_owned() })
        };
        assert_eq!(all(&["new_products a:int"]), schema("new_products", "products", "NewProduct"));
        let replaced = schema("product_replacements", "products", "ProductReplacement");
        assert_eq!(all(&["product_replacements a:int"]), replaced);
        assert_eq!(all(&["orders a:int", "new_orders a:int"]), schema("new_orders", "orders", "NewOrder"));
        assert_eq!(all(&["new_orders a:int", "orders a:int"]), schema("orders", "new_orders", "NewOrder"));
        assert_eq!(
            all(&["order_replacements a:int", "orders a:int"]),
            schema("orders", "order_replacements", "OrderReplacement")
        );
        assert_eq!(all(&["order1s a:int", "order_1s a:int"]), schema("order_1s", "order1s", "Order1"));
        assert_eq!(
            all(&["new_orders a:int", "order_replacements a:int"]),
            schema("order_replacements", "new_orders", "NewOrderReplacement")
        );
        assert_eq!(all(&["new_orders a:int", "line_replacements a:int"]), Ok(()));
    }
}
