//! What tells the clones of a session from each other.

use crate::captured::Captured;
use crate::simulation::{Simulation, options};
use crate::wire::message;
use smb2::context::create::tag;
use smb2::message::CreateRequest;
use smb2::{Command, Guid};
use smbreplay_replay::Options;
use smbreplay_replay::engine::Seed;
use std::num::NonZeroU32;

/// A CREATE without name, with an AppInstanceId of these bytes.
fn create(message_id: u64, id: u8) -> Vec<u8> {
    let mut body = vec![0; 56];
    body[0] = 57;
    body[44] = 120;
    body[48] = 120;
    body[52] = 52;
    // Next, NameOffset, NameLength, Reserved, DataOffset, DataLength; name; data.
    body.extend([0, 0, 0, 0, 16, 0, 16, 0, 0, 0, 32, 0, 20, 0, 0, 0]);
    body.extend(tag::APP_INSTANCE_ID);
    body.extend([20, 0, 0, 0]);
    body.extend([id; 16]);
    message(Command::CREATE, message_id, &body)
}

/// The AppInstanceIds of two CREATEs of one application and of one of another.
fn app_instance_ids(clones: u32) -> Vec<Vec<u8>> {
    let mut captured = Captured::with_connections(1);
    for (message_id, id) in [(1, 3), (2, 3), (3, 4)] {
        captured.request(0, 10 * message_id, create(message_id, id)).answered(10 * message_id + 1);
    }
    let clones = NonZeroU32::new(clones).unwrap();
    let mut simulation = Simulation::begin(captured, Options { clones, ..options() });
    let live = |message_id| {
        let sent = simulation.latest(0, message_id).bytes;
        simulation.answer(0, message_id);
        let view = CreateRequest::parse(&sent).unwrap();
        let context = view.contexts().next().unwrap().unwrap();
        assert_eq!((context.name, context.data.len()), (tag::APP_INSTANCE_ID, 20));
        context.data[4..].to_vec()
    };
    [1, 2, 3].map(live).to_vec()
}

#[test]
fn the_instances_of_applications_are_the_captured_ones_unless_there_are_clones() {
    assert_eq!(app_instance_ids(1), [[3; 16], [3; 16], [4; 16]]);
    let fresh = app_instance_ids(2);
    assert_eq!(fresh[0], fresh[1], "equal stays equal");
    assert!(fresh[0] != fresh[2] && fresh[0] != [3; 16] && fresh[2] != [4; 16]);
    assert_ne!(Guid::default().0.to_vec(), fresh[0]);
}

#[test]
fn every_clone_draws_its_own_values() {
    let seed = Seed { random: [7; 32], filetime: 5 };
    let (first, second) = (seed.of_clone(0), seed.of_clone(1));
    assert!(first.random != second.random && first.random != seed.random);
    assert_eq!((first.filetime, seed.of_clone(0).random), (5, first.random));
}
