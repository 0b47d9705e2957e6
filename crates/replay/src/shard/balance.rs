//! Which client falls to which shard: the heaviest first, each to the shard that has least to do.

use std::cmp::Reverse;
use std::num::NonZeroU32;

/// The shard of each client, by the clients' weights.
pub(super) fn shards(weights: &[u64], count: NonZeroU32) -> Vec<u32> {
    let mut heaviest_first: Vec<usize> = (0..weights.len()).collect();
    heaviest_first.sort_by_key(|client| (Reverse(weights.get(*client).copied()), *client));
    // More shards than clients stay empty: there is no need to count them all.
    let used = usize::try_from(count.get()).unwrap_or(usize::MAX).min(weights.len());
    let mut loads: Vec<u64> = vec![0; used];
    let mut shards: Vec<u32> = vec![0; weights.len()];
    for client in heaviest_first {
        let Some((least, load)) = loads.iter_mut().enumerate().min_by_key(|(shard, load)| (**load, *shard)) else {
            break;
        };
        // A client without rows counts too, or all of them would fall to one shard.
        *load = load.saturating_add(weights.get(client).copied().unwrap_or(0).max(1));
        if let Some(shard) = shards.get_mut(client) {
            *shard = u32::try_from(least).unwrap_or(u32::MAX);
        }
    }
    shards
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(weights: &[u64], count: u32) -> Vec<u32> {
        shards(weights, NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN))
    }

    #[test]
    fn the_heaviest_client_has_a_shard_to_itself_and_the_others_share_the_rest() {
        assert_eq!(of(&[10, 100, 20, 30, 40], 2), [1, 0, 1, 1, 1]);
        assert_eq!(of(&[5, 5, 5, 5], 2), [0, 1, 0, 1]);
        assert_eq!(of(&[0, 0, 0, 0], 4), [0, 1, 2, 3]);
    }

    #[test]
    fn more_shards_than_clients_leave_the_last_ones_empty() {
        assert_eq!(of(&[1, 2], u32::MAX), [1, 0]);
        assert_eq!(of(&[], 3), [0_u32; 0]);
    }
}
