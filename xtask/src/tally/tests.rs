//! The rows of a stage: its failures, and whether it came to its end.

use super::*;

#[test]
fn a_failed_check_is_repeated_with_the_end_of_its_output() {
    let note: Vec<String> = (1..=30).map(|line| format!("line {line}\tof 30")).collect();
    let row = format!("failed\tit holds\t1.5\t{}", one_field(&note.join("\n")));
    assert_eq!(row.lines().count(), 1);
    let failed = |line: &str| failed_check("kill", super::row(line)?);
    let said = failed(&row).unwrap();
    assert!(said.starts_with("failed: kill: it holds\n    line 6 of 30\n"), "{said}");
    assert!(said.ends_with("\n    line 30 of 30"), "{said}");
    assert_eq!(failed("passed\tit holds\t1.5\t"), None);
    assert_eq!(failed("time\t1.5\t0.5"), None);
}

#[test]
fn a_stage_that_was_cut_off_is_not_complete() {
    let verdicts = |rows: &str| (is_complete(rows), Count::in_rows(rows).failed);
    let (passed, failed, time) = ("passed\tone\t1.0\t\n", "failed\ttwo\t1.0\t\n", "time\t2.0\t1.0\t30.0\n");
    // The run that started the stage adds the duration whatever became of it.
    assert_eq!(verdicts(&format!("{passed}{time}")), (false, 0));
    assert_eq!(verdicts(""), (false, 0));
    assert_eq!(verdicts(&format!("{passed}ended\n{time}")), (true, 0));
    assert_eq!(verdicts(&format!("{passed}{failed}ended\n{time}")), (true, 1));
    // A check of this name is no end.
    assert_eq!(verdicts(&format!("passed\tended\t1.0\t\n{time}")), (false, 0));
}
