//! How ballots are counted: the same ballots give the same result in whatever order they come, and ties are said.

use std::collections::BTreeMap;

use super::{Choice, Method};

/// What one option came to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "VoteResultLine", crate = "crate::graphql")
)]
pub struct Line {
    /// The option's key.
    pub key: String,
    /// How many ballots name it.
    pub ballots: i32,
    /// Its points: with approval, one of each ballot that names it; with ranking, by its places.
    pub points: i32,
    /// Its rank, from 1; options with the same points have the same rank, and the next one's leaves room for them.
    pub rank: i32,
    /// Whether another option has the same points.
    pub tied: bool,
}

/// The result of a vote.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "graphql", graphql(name = "VoteResult", crate = "crate::graphql"))]
pub struct Tally {
    /// How it was counted.
    pub method: Method,
    /// How many seats could vote.
    pub seats: i32,
    /// How many did.
    pub ballots: i32,
    /// How many of those named no option.
    pub blank: i32,
    /// The options, the one with the most points first; those with the same points in the vote's order.
    pub lines: Vec<Line>,
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Counts ballots, each a list of options' keys. A key that is none of the options' counts for nothing.
#[must_use]
pub fn tally(method: Method, options: &[Choice], seats: usize, ballots: &[Vec<String>]) -> Tally {
    let mut sums: BTreeMap<&str, (i32, i32)> = options
        .iter()
        .map(|option| (option.key.as_str(), (0, 0)))
        .collect();
    for ballot in ballots {
        for (place, key) in ballot.iter().enumerate() {
            if let Some((named, points)) = sums.get_mut(key.as_str()) {
                *named += 1;
                *points += match method {
                    Method::Approval => 1,
                    Method::Ranking => number(options.len().saturating_sub(place)),
                };
            }
        }
    }
    let all: Vec<i32> = sums.values().map(|(_, points)| *points).collect();
    let mut lines: Vec<Line> = options
        .iter()
        .map(|option| {
            let (ballots, points) = sums.get(option.key.as_str()).copied().unwrap_or((0, 0));
            Line {
                key: option.key.clone(),
                ballots,
                points,
                rank: 1 + number(all.iter().filter(|other| **other > points).count()),
                tied: all.iter().filter(|other| **other == points).count() > 1,
            }
        })
        .collect();
    lines.sort_by_key(|line| line.rank);
    Tally {
        method,
        seats: number(seats),
        ballots: number(ballots.len()),
        blank: number(ballots.iter().filter(|ballot| ballot.is_empty()).count()),
        lines,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn options(count: usize) -> Vec<Choice> {
        let key = |place: usize| format!("o{place}");
        (0..count)
            .map(|place| Choice {
                key: key(place),
                label: key(place),
            })
            .collect()
    }

    /// Some of so many options, in some order, each once.
    fn ballot(count: usize) -> impl Strategy<Value = Vec<String>> {
        let keys: Vec<String> = options(count).into_iter().map(|option| option.key).collect();
        (Just(keys).prop_shuffle(), 0..=count).prop_map(|(mut keys, named)| {
            keys.truncate(named);
            keys
        })
    }

    fn method() -> impl Strategy<Value = Method> {
        prop_oneof![Just(Method::Approval), Just(Method::Ranking)]
    }

    fn given() -> impl Strategy<Value = (Method, usize, Vec<Vec<String>>)> {
        (method(), 2_usize..6).prop_flat_map(|(method, count)| {
            (
                Just(method),
                Just(count),
                proptest::collection::vec(ballot(count), 0..25),
            )
        })
    }

    fn line<'t>(tally: &'t Tally, key: &str) -> &'t Line {
        tally.lines.iter().find(|line| line.key == key).unwrap()
    }

    proptest! {
        #[test]
        fn whose_ballot_it_is_does_not_matter((method, count, ballots) in given(), turn in any::<prop::sample::Index>()) {
            let mut others = ballots.clone();
            if !others.is_empty() {
                let by = turn.index(others.len());
                others.rotate_left(by);
                others.reverse();
            }
            let options = options(count);
            prop_assert_eq!(tally(method, &options, 30, &ballots), tally(method, &options, 30, &others));
        }

        #[test]
        fn what_an_option_is_called_does_not_matter((method, count, ballots) in given()) {
            // Each option takes the name of the one across.
            let across = |key: &str| format!("o{}", count - 1 - key[1..].parse::<usize>().unwrap());
            let renamed: Vec<Vec<String>> =
                ballots.iter().map(|ballot| ballot.iter().map(|key| across(key)).collect()).collect();
            let options = options(count);
            let (one, other) = (tally(method, &options, 30, &ballots), tally(method, &options, 30, &renamed));
            for option in &options {
                let (one, other) = (line(&one, &option.key), line(&other, &across(&option.key)));
                prop_assert_eq!((one.ballots, one.points, one.rank, one.tied), (other.ballots, other.points, other.rank, other.tied));
            }
        }

        #[test]
        fn the_totals_are_those_of_the_ballots((method, count, ballots) in given()) {
            let told = tally(method, &options(count), 30, &ballots);
            prop_assert_eq!(told.ballots, number(ballots.len()));
            prop_assert_eq!(told.blank, number(ballots.iter().filter(|ballot| ballot.is_empty()).count()));
            prop_assert_eq!(told.lines.len(), count);
            let named: usize = ballots.iter().map(Vec::len).sum();
            prop_assert_eq!(told.lines.iter().map(|line| line.ballots).sum::<i32>(), number(named));
            let points: usize = ballots
                .iter()
                .map(|ballot| match method {
                    Method::Approval => ballot.len(),
                    Method::Ranking => (0..ballot.len()).map(|place| count - place).sum(),
                })
                .sum();
            prop_assert_eq!(told.lines.iter().map(|line| line.points).sum::<i32>(), number(points));
        }

        #[test]
        fn one_more_ballot_that_puts_an_option_first_never_costs_it_a_rank((method, count, ballots) in given(), of in any::<prop::sample::Index>()) {
            let options = options(count);
            let key = options[of.index(count)].key.clone();
            let before = tally(method, &options, 30, &ballots);
            let mut more = ballots;
            more.push(vec![key.clone()]);
            let after = tally(method, &options, 30, &more);
            prop_assert!(line(&after, &key).rank <= line(&before, &key).rank);
            prop_assert!(line(&after, &key).points > line(&before, &key).points);
        }

        #[test]
        fn putting_an_option_higher_in_a_ballot_never_costs_it_a_rank((count, ballots) in (2_usize..6).prop_flat_map(|count| (Just(count), proptest::collection::vec(ballot(count), 1..20))), of in any::<prop::sample::Index>(), at in any::<prop::sample::Index>()) {
            let options = options(count);
            let key = options[of.index(count)].key.clone();
            let before = tally(Method::Ranking, &options, 30, &ballots);
            let mut raised = ballots;
            let place = at.index(raised.len());
            raised[place].retain(|other| *other != key);
            raised[place].insert(0, key.clone());
            let after = tally(Method::Ranking, &options, 30, &raised);
            prop_assert!(line(&after, &key).rank <= line(&before, &key).rank);
        }

        #[test]
        fn ranks_follow_the_points_and_ties_are_said((method, count, ballots) in given()) {
            let told = tally(method, &options(count), 30, &ballots);
            for one in &told.lines {
                let better = told.lines.iter().filter(|other| other.points > one.points).count();
                let equal = told.lines.iter().filter(|other| other.points == one.points).count();
                prop_assert_eq!(one.rank, 1 + number(better));
                prop_assert_eq!(one.tied, equal > 1);
            }
            prop_assert!(told.lines.is_sorted_by(|one, next| one.points >= next.points));
        }
    }

    #[test]
    fn a_count_that_one_does_by_hand() {
        let ballots = [["o0", "o1"].as_slice(), &["o1", "o0", "o2"], &["o1"], &[]];
        let ballots: Vec<Vec<String>> = ballots
            .iter()
            .map(|keys| keys.iter().map(|key| (*key).to_owned()).collect())
            .collect();
        let said = |method| {
            let told = tally(method, &options(3), 5, &ballots);
            let lines = told
                .lines
                .iter()
                .map(|line| (line.key.clone(), line.points, line.rank, line.tied));
            (told.seats, told.ballots, told.blank, lines.collect::<Vec<_>>())
        };
        let line = |key: &str, points, rank, tied| (key.to_owned(), points, rank, tied);
        assert_eq!(
            said(Method::Approval),
            (
                5,
                4,
                1,
                vec![
                    line("o1", 3, 1, false),
                    line("o0", 2, 2, false),
                    line("o2", 1, 3, false)
                ]
            )
        );
        // o0: 3 + 2, o1: 2 + 3 + 3, o2: 1.
        assert_eq!(
            said(Method::Ranking),
            (
                5,
                4,
                1,
                vec![
                    line("o1", 8, 1, false),
                    line("o0", 5, 2, false),
                    line("o2", 1, 3, false)
                ]
            )
        );
        let tie = tally(Method::Approval, &options(3), 5, &ballots[..1]);
        assert_eq!(
            tie.lines
                .iter()
                .map(|line| (line.rank, line.tied))
                .collect::<Vec<_>>(),
            [(1, true), (1, true), (3, false)]
        );
    }
}
