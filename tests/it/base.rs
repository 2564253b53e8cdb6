//! The base of every stack.

use crate::projects::all;

#[test]
fn the_base_of_every_stack_is_what_it_renders() {
    for project in all() {
        assert!(project.has_sound_base, "{}", project.id());
    }
}

/// The build of an image reads what is listed, so it never reads `.restwell`.
#[test]
fn docker_ignores_the_base() {
    let with_image: Vec<_> =
        all().iter().filter_map(|project| Some((project, project.get(".dockerignore")?))).collect();
    assert!(!with_image.is_empty());
    for (project, text) in with_image {
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(lines.first(), Some(&"*"), "{}", project.id());
        assert!(!lines.iter().any(|line| line.contains(".restwell")), "{}", project.id());
    }
}
