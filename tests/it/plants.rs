//! Planted errors: each is put into sound files, and a check must find it and name it.

/// The descriptions of what does not hold.
pub(crate) fn broken(rules: &[(bool, &str)]) -> Vec<String> {
    rules.iter().filter(|(holds, _)| !holds).map(|(_, fault)| (*fault).to_owned()).collect()
}

/// Plants every error, a path with what stands there, what replaces it, and a part of the fault that must be found.
/// `text` is the file of a path.
pub(crate) fn all_are_found<'a, F: Clone>(
    sound: &F,
    plants: impl IntoIterator<Item = (&'a str, &'a str, &'a str, &'a str)>,
    text: impl for<'f> Fn(&'f mut F, &str) -> Option<&'f mut String>,
    faults: impl Fn(&F) -> Vec<String>,
) {
    assert_eq!(faults(sound), Vec::<String>::new());
    let mut missed = Vec::new();
    for (path, right, wrong, fault) in plants {
        let mut planted = sound.clone();
        let file = text(&mut planted, path).expect("the file is there");
        assert!(file.contains(right), "{path} has no {right:?}");
        *file = file.replacen(right, wrong, 1);
        let found = faults(&planted);
        if !found.iter().any(|found| found.contains(fault)) {
            missed.push(format!("{path}: {wrong:?}: {found:?} lacks {fault:?}"));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}
