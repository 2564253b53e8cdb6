//! The variables of templates, derived from the choices so that a new value needs no line here.
//!
//! `cache` is true if any cache is chosen, `cache_memory` for one value; `several_replicas` if the deployment runs more
//! than one replica; `name`, `name_lower` (the name of the image), `name_label` (that of objects in a cluster and of units),
//! `replicas` and `most_replicas` are values to print. On one host without containers each replica has a port of its own:
//! `ports`, and `spare_port` for one more while a version is replaced; `ports_with_spare` has them all.

use crate::choice::Choice;
use crate::name;
use crate::stack::Stack;
use crate::template::Context;

/// The port of the first replica on a host.
const FIRST_PORT: u32 = 8080;

pub(super) fn of(stack: &Stack, name: &str) -> Context {
    let spare = FIRST_PORT + stack.replicas();
    let mut context = Context::from([
        ("name".to_owned(), name.into()),
        ("name_lower".to_owned(), name::image(name).into()),
        ("name_label".to_owned(), name::label(name).into()),
        ("replicas".to_owned(), stack.replicas().into()),
        ("most_replicas".to_owned(), stack.most_replicas().into()),
        ("ports".to_owned(), (FIRST_PORT..spare).collect::<Vec<_>>().into()),
        ("ports_with_spare".to_owned(), (FIRST_PORT..=spare).collect::<Vec<_>>().into()),
        ("spare_port".to_owned(), spare.into()),
        ("several_replicas".to_owned(), (stack.replicas() > 1).into()),
    ]);
    for &choice in Choice::ALL {
        let taken = stack.get(choice);
        context.insert(choice.id().to_owned(), (!taken.is_none()).into());
        for &value in choice.values().iter().filter(|value| !value.is_none()) {
            let word = format!("{}_{}", choice.id(), value.id().replace('-', "_"));
            context.insert(word, (value == taken).into());
        }
    }
    context
}
