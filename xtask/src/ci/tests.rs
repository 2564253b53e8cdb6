//! Stages at the same time: their order, their sum, and the time that is left.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_stage_beside_others_ends_with_the_last_of_them() {
    for stages in [TEST, REST] {
        for (index, stage) in stages.iter().enumerate().filter(|(_, stage)| stage.beside > 0) {
            let last = stages.get(index + stage.beside);
            assert!(last.is_some_and(|last| last.beside == 0), "{}", stage.name);
        }
    }
    let names = ["variants", "fresh", "suites"];
    let start = TEST.iter().position(|stage| stage.beside > 0).expect("there is one");
    assert_eq!(TEST[start..=start + TEST[start].beside].iter().map(|stage| stage.name).collect::<Vec<_>>(), names);
}

#[test]
fn stages_at_the_same_time_count_once() {
    let run = |minutes: &[(usize, u32)]| {
        duration(&minutes.iter().map(|(beside, minutes)| (*beside, MINUTE * *minutes)).collect::<Vec<_>>())
    };
    assert_eq!(run(&[(0, 1), (0, 2)]), 3 * MINUTE);
    // The first runs beside both others: longer or shorter than these.
    assert_eq!(run(&[(2, 9), (0, 3), (0, 4), (0, 1)]), 10 * MINUTE);
    assert_eq!(run(&[(2, 5), (0, 3), (0, 4), (0, 1)]), 8 * MINUTE);
    assert_eq!(run(&[(3, 2), (2, 7), (1, 3), (0, 4)]), 7 * MINUTE);
}

#[test]
fn the_time_left_counts_a_stage_that_gets_what_the_others_leave() {
    let stage = |name, waits, beside, priority| Stage {
        name,
        limit: 1,
        cpu: 0,
        waits,
        takes: Takes::Nothing,
        beside,
        priority,
    };
    let stages = [stage("a", 8, 2, Low), stage("b", 2, 0, Equal), stage("c", 4, 0, Equal), stage("d", 1, 0, Equal)];
    let stages: Vec<&Stage> = stages.iter().collect();
    let minutes = |index| {
        let Schedule { expected, later, .. } = scheduled(&stages, index);
        (expected.as_secs() / 60, later.as_secs() / 60)
    };
    assert_eq!([0, 1, 2, 3].map(minutes), [(14, 1), (2, 13), (4, 9), (1, 0)]);
}

#[test]
fn the_time_left_counts_stages_at_the_same_time_once() {
    let stage =
        |name, waits, beside| Stage { name, limit: 1, cpu: 0, waits, takes: Takes::Nothing, beside, priority: Equal };
    let stages = [stage("a", 1, 0), stage("b", 6, 2), stage("c", 2, 1), stage("d", 7, 0), stage("e", 3, 0)];
    let stages: Vec<&Stage> = stages.iter().collect();
    let minutes = |index| {
        let Schedule { expected, later, .. } = scheduled(&stages, index);
        (expected.as_secs() / 60, later.as_secs() / 60)
    };
    assert_eq!([0, 1, 2, 3, 4].map(minutes), [(1, 10), (6, 4), (2, 8), (7, 3), (3, 0)]);
}
