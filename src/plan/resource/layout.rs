//! The layout of Rust that depends on the length of names, as rustfmt has it: a project is formatted as it is rendered.

use std::collections::BTreeSet;

/// The width of a line.
const WIDTH: usize = 120;

/// The width of a list in a string of SQL.
const SQL_WIDTH: usize = 80;

/// The statement `start = expression;`, whose start is indented: on one line if it fits, otherwise with the expression on
/// the next.
pub(super) fn assignment(indent: usize, start: &str, expression: &str) -> String {
    let line = format!("{start} = {expression};");
    if indent + line.len() <= WIDTH { line } else { format!("{start} =\n{:1$}{expression};", "", indent + 4) }
}

/// The statement `start = call` with the other calls after it: on one line if it fits, or on the next line, or with a
/// line for each call.
pub(super) fn chain(indent: usize, start: &str, call: &str, calls: &[String]) -> String {
    let expression = format!("{call}{}", calls.concat());
    if indent + 4 + expression.len() < WIDTH {
        return assignment(indent, start, &expression);
    }
    let inner = format!("\n{:1$}", "", indent + 4);
    format!("{start} = {call}{inner}{};", calls.join(&inner))
}

/// `start(items) -> end {`, or with a line for each item.
pub(super) fn signature(start: &str, items: &[&str], end: &str) -> String {
    let line = format!("{start}({}) -> {end} {{", items.join(", "));
    if line.len() <= WIDTH { line } else { format!("{start}(\n    {},\n) -> {end} {{", items.join(",\n    ")) }
}

/// An attribute of a field, indented by 4.
pub(super) fn attribute(name: &str, items: &[String]) -> String {
    let line = format!("    #[{name}({})]", items.join(", "));
    if line.len() <= WIDTH { line } else { format!("    #[{name}(\n        {}\n    )]", items.join(",\n        ")) }
}

/// `let Type { names } = value;`, indented by 8.
pub(super) fn destructured(type_name: &str, names: &[&str], value: &str) -> String {
    let pattern = format!("let {type_name} {{ {} }}", names.join(", "));
    if pattern.len() + "         =".len() <= WIDTH {
        return assignment(8, &pattern, value);
    }
    let lines = names.iter().fold(String::new(), |lines, name| lines + &format!("            {name},\n"));
    format!("let {type_name} {{\n{lines}        }} = {value};")
}

/// `Self { items }`, indented by 8.
pub(super) fn literal(items: &[String]) -> String {
    let line = format!("Self {{ {} }}", items.join(", "));
    if line.len() + 8 <= WIDTH {
        line
    } else {
        format!("Self {{\n            {},\n        }}", items.join(",\n            "))
    }
}

/// `pub name: type,`, indented by 4, or with the type on the next line.
pub(super) fn member(name: &str, type_name: &str) -> String {
    let line = format!("    pub {name}: {type_name},");
    if line.len() <= WIDTH { line } else { format!("    pub {name}:\n        {type_name},") }
}

/// The statement `start = sum;`, indented by 4: with the sum on one line if it fits, otherwise with a line for each term.
pub(super) fn sum(start: &str, terms: &[String]) -> String {
    let line = terms.join(" + ");
    if 8 + line.len() < WIDTH {
        return assignment(4, start, &line);
    }
    format!("{start} = {};", terms.join("\n        + "))
}

/// The names of a `use`: sorted, and without braces if it is one.
pub(super) fn imports<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: BTreeSet<&str> = names.into_iter().collect();
    let list = names.iter().copied().collect::<Vec<_>>().join(", ");
    if names.len() == 1 { list } else { format!("{{{list}}}") }
}

/// The items of a list in a string of SQL, on as many lines as they need.
pub(super) fn list(items: &[impl AsRef<str>]) -> String {
    let (mut list, mut line) = (String::new(), 0);
    for (index, item) in items.iter().map(AsRef::as_ref).enumerate() {
        if index > 0 {
            list.push(',');
            if line + item.len() > SQL_WIDTH {
                list.push_str(" \\\n                             ");
                line = 0;
            }
            list.push(' ');
        }
        list.push_str(item);
        line += item.len() + 2;
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_broken_as_rustfmt_does() {
        let calls: Vec<String> = (0..8).map(|number| format!(".bind(new.number_{number})")).collect();
        assert_eq!(chain(4, "let a", "b(C)", &calls[..2]), "let a = b(C).bind(new.number_0).bind(new.number_1);");
        assert!(chain(8, "let update", "query(C)", &calls[..5]).starts_with("let update =\n            query(C).bind"));
        assert!(chain(8, "let update", "query(C)", &calls).starts_with("let update = query(C)\n            .bind"));
        let terms = ["a", "b"].map(|letter| letter.repeat(52));
        assert_eq!(sum("let entries", &terms), format!("let entries =\n        {};", terms.join(" + ")));
        let long = "x".repeat(110);
        assert_eq!(assignment(0, "const A: &str", &format!("\"{long}\"")), format!("const A: &str =\n    \"{long}\";"));
        assert_eq!(signature("fn a", &["b: B"], "C"), "fn a(b: B) -> C {");
        assert_eq!(signature("fn a", &[&long, "b: B"], "C"), format!("fn a(\n    {long},\n    b: B,\n) -> C {{"));
    }

    #[test]
    fn imports_are_sorted() {
        assert_eq!(imports(["text", "Input", "MAX"]), "{Input, MAX, text}");
        assert_eq!(imports(["Utc"]), "Utc");
    }
}
