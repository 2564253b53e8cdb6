//! Reserved words: names that Rust, SQL or the project does not accept for a table, a column or a module.

use super::Mistake;

/// Words that cannot be the name of a table, a column, a module or a field: those that Rust, SQLite or PostgreSQL
/// reserves, the columns that every table of PostgreSQL has (such as `xmin`), the paths that every service has (`docs`,
/// `metrics`), and `fields`, which the code of a resource uses. Those of one database are refused for both, since the
/// database of a project can change.
const RESERVED: &str = "\
    abstract add all alter analyse analyze and any array as asc asymmetric async authorization autoincrement await \
    become between binary both box break case cast check cmax cmin collate collation column commit concurrently \
    const constraint continue crate create cross ctid current_catalog current_date current_role current_schema \
    current_time current_timestamp current_user default deferrable delete desc distinct do docs drop dyn else end \
    enum escape except exists extern false fetch fields final fn for foreign freeze from full gen grant group having \
    if ilike impl in index initially inner insert intersect into is isnull join lateral leading left let like limit \
    localtime localtimestamp loop macro match metrics mod move mut natural new not nothing notnull null offset on \
    only or order outer overlaps override placing primary priv pub raise ref references return returning right \
    select self session_user set similar some static struct super symmetric system_user table tableoid tablesample \
    then to trailing trait transaction true try type typeof union unique unsafe unsized update use user using values \
    variadic verbose virtual when where while window with xmax xmin yield";

/// Checks that the name is no reserved word.
pub(super) fn check(name: &str) -> Result<(), Mistake> {
    // SQLite keeps tables of this prefix for itself.
    let is_internal = name.starts_with("sqlite_");
    if is_internal || RESERVED.split(' ').any(|word| word == name) {
        Err(Mistake::Reserved(name.to_owned()))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keywords of categories R and T in `pg_get_keywords()` of PostgreSQL 15, and `system_user` from PostgreSQL 16.
    const POSTGRES: &str = "\
        all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation \
        column concurrently constraint create cross current_catalog current_date current_role current_schema \
        current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for \
        foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral \
        leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps \
        placing primary references returning right select session_user similar some symmetric system_user table \
        tablesample then to trailing true union unique user using variadic verbose when where window with";

    /// The keywords of SQLite 3.40 that fail as a column without quotes or are read as something else: those without a
    /// fallback to an identifier, tried in every statement of a resource.
    const SQLITE: &str = "\
        add all alter and as autoincrement between case cast check collate commit constraint create current_date \
        current_time current_timestamp default deferrable delete distinct drop else escape except exists foreign from \
        group having in index insert intersect into is isnull join limit not nothing notnull null on or order primary \
        raise references returning select set table then to transaction union unique update using values when where";

    #[test]
    fn every_keyword_that_a_database_reserves_is_refused() {
        for word in POSTGRES.split(' ').chain(SQLITE.split(' ')) {
            assert_eq!(check(word), Err(Mistake::Reserved(word.to_owned())));
        }
        assert_eq!(check("current_dates"), Ok(()));
    }

    #[test]
    fn reserved_words_are_sorted() {
        assert!(RESERVED.split(' ').is_sorted_by(|one, next| one < next));
    }
}
