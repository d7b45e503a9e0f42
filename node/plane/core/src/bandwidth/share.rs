//! A cap shared evenly among those who use it: whoever needs less than the even share leaves the rest to the others
//! (max-min fairness).

/// What each of `needs` (bits per second) may have at most of `cap`: one figure for all. Those who need less could grow up
/// to it; it is to be asked again when they do. Reorders `needs`.
pub fn level(cap: u64, needs: &mut [u64]) -> u64 {
    needs.sort_unstable();
    let mut left = cap;
    for (at, &need) in needs.iter().enumerate() {
        let even = left / (needs.len() - at) as u64;
        if need > even {
            return even;
        }
        left -= need;
    }
    // Not all of it is used: whoever needs the most may grow into the rest.
    needs.last().map_or(cap, |most| most + left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn who_needs_little_leaves_the_rest() {
        assert_eq!(level(900, &mut [900, 900, 900]), 300);
        assert_eq!(level(900, &mut [100, 900, 900]), 400);
        assert_eq!(level(900, &mut [100, 200]), 800);
        assert_eq!(level(900, &mut []), 900);
        assert_eq!(level(0, &mut [5]), 0);
    }

    proptest! {
        /// D: never more than the cap is given out, and nothing is left over that somebody needs.
        #[test]
        fn all_of_it_and_no_more(cap in 0u64..1_000_000, mut needs in prop::collection::vec(0u64..100_000, 1..50)) {
            let level = level(cap, &mut needs);
            let used: u64 = needs.iter().map(|&need| need.min(level)).sum();
            prop_assert!(used <= cap);
            if needs.iter().any(|&need| need > level) {
                prop_assert!(cap - used < needs.len() as u64);
            }
        }
    }
}
