//! What is learnt from operations written by hand.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::single_range_in_vec_init, reason = "tests")]

use super::Observer;
use super::scene::{CREATED, LINK, OPENED, OVERWRITTEN, RENAME, Scene, node, ranges, stream, ways};
use crate::map::CapturedShare;
use smb2::NtStatus;
use std::collections::HashMap;

#[test]
fn a_rename_is_followed_and_facts_are_about_the_name_from_before() {
    let mut scene = Scene::default();
    scene.create(1, "a\\old.txt", OPENED, 10);
    scene.name(1, RENAME, "b\\new.txt");
    scene.close(1);
    scene.create(2, "b\\new.txt", OPENED, 10);
    scene.read(2, 0, 10, 10);
    let found = scene.namespace();
    assert_eq!(ways(&found), ["a -> a", "a\\old.txt -> b\\new.txt", "b -> b"]);
    let file = node(&found, 1);
    assert!(file.activity.renamed && file.activity.opens == 2);
    assert_eq!(ranges(&stream(file, "").shown), [0..10]);
    let missing: Vec<String> = found.absent().iter().map(|absent| String::from_utf16_lossy(&absent.name)).collect();
    assert_eq!(missing, ["new.txt"], "nothing had the new name, since nothing was replaced");
}

#[test]
fn what_is_in_a_renamed_folder_goes_with_it() {
    let mut scene = Scene::default();
    scene.create(1, "folder\\file", OPENED, 3);
    scene.close(1);
    scene.create(2, "folder/", OPENED, 0);
    scene.name(2, RENAME, "moved");
    scene.close(2);
    assert_eq!(ways(&scene.namespace()), ["folder -> moved", "folder\\file -> moved\\file"]);
    scene.create(3, "folder/", OPENED, 0);
    scene.name(3, RENAME, "moved\\folder\\inside");
    assert!(scene.namespace().nodes.iter().all(|(id, _)| scene.namespace().path_last(id).is_some()), "no circle");
}

#[test]
fn a_name_that_is_made_again_is_another_file() {
    let mut scene = Scene::default();
    scene.create(1, "file", OPENED, 10);
    scene.delete(1);
    scene.close(1);
    scene.create(2, "file", CREATED, 0);
    scene.write(2, 0, 4);
    let found = scene.namespace();
    assert_eq!(ways(&found), ["file -> -", "- -> file"]);
    assert!(node(&found, 0).activity.deleted && !node(&found, 1).activity.deleted);
    assert_eq!(stream(node(&found, 0), "").size_before(), 10);
    assert_eq!(node(&found, 0).last_place().unwrap().1, "file".encode_utf16().collect::<Vec<_>>());
    assert!(found.absent().is_empty(), "it was there before");
}

#[test]
fn a_deletion_waits_for_the_last_close() {
    let mut scene = Scene::default();
    scene.create(1, "file", OPENED, 10);
    scene.create(2, "file", OPENED, 10);
    scene.delete(1);
    scene.close(1);
    assert_eq!(ways(&scene.namespace()), ["file -> file"]);
    scene.close(2);
    assert_eq!(ways(&scene.namespace()), ["file -> -"]);
}

#[test]
fn a_file_with_two_names_stays_until_both_are_deleted() {
    let mut scene = Scene::default();
    scene.create(1, "one", OPENED, 10);
    scene.name(1, LINK, "two");
    scene.close(1);
    scene.create(2, "one", OPENED, 10);
    scene.delete(2);
    scene.close(2);
    let found = scene.namespace();
    assert_eq!(ways(&found), ["one -> two"]);
    assert!(node(&found, 0).activity.linked && !node(&found, 0).activity.deleted);
    scene.create(3, "two", OPENED, 10);
    scene.delete(3);
    scene.close(3);
    let found = scene.namespace();
    assert_eq!(ways(&found), ["one -> -"]);
    assert!(node(&found, 0).activity.deleted);
}

#[test]
fn renaming_one_of_two_names_leaves_the_other() {
    let mut scene = Scene::default();
    scene.create(1, "one", OPENED, 10);
    scene.name(1, LINK, "two");
    scene.name(1, RENAME, "three");
    scene.close(1);
    scene.create(2, "two", OPENED, 10);
    scene.create(3, "three", OPENED, 10);
    scene.refused("one", NtStatus::OBJECT_NAME_NOT_FOUND);
    let found = scene.namespace();
    assert_eq!(ways(&found), ["one -> three"], "all are one file");
    assert_eq!(node(&found, 0).activity.opens, 3);
}

#[test]
fn overwriting_hides_what_was_there_and_what_was_read_before_stays_known() {
    let mut scene = Scene::default();
    scene.create(1, "file", OPENED, 100);
    scene.read(1, 0, 20, 20);
    scene.write(1, 10, 20);
    scene.read(1, 0, 40, 40);
    let found = scene.namespace();
    let data = stream(node(&found, 0), "");
    assert_eq!(ranges(&data.shown), [0..20, 30..40]);
    assert_eq!(ranges(&data.now), [0..40]);
    scene.create(2, "file", OVERWRITTEN, 0);
    scene.write(2, 0, 5);
    scene.read(2, 0, 5, 5);
    let found = scene.namespace();
    let data = stream(node(&found, 0), "");
    assert_eq!((data.size_before(), data.size_now), (100, Some(5)));
    assert_eq!((ranges(&data.shown), ranges(&data.now)), (vec![0..20, 30..40], vec![0..5]));
}

#[test]
fn the_size_from_before_is_known_although_the_file_grew() {
    let mut scene = Scene::default();
    scene.list_root(&[("file", 10)]);
    scene.create(1, "file", OPENED, 10);
    scene.write(1, 10, 30);
    scene.resize(1, 50);
    let found = scene.namespace();
    let data = stream(node(&found, 0), "");
    assert_eq!((data.size_before(), data.size_now), (10, Some(50)));
    assert_eq!(ranges(&data.now), [10..40]);
}

#[test]
fn zeroing_the_rest_of_a_file_changes_no_more_than_there_is() {
    let mut scene = Scene::default();
    scene.create(1, "file", OPENED, 100);
    scene.read(1, 0, 100, 100);
    scene.zero(1, 40, i64::MAX.cast_unsigned());
    let found = scene.namespace();
    let data = stream(node(&found, 0), "");
    assert_eq!((ranges(&data.shown), ranges(&data.now), data.size_now), (vec![0..100], vec![0..40], Some(100)));
    assert_eq!(node(&found, 0).activity.written, 60);
}

#[test]
fn reads_one_after_the_other_are_put_together() {
    let mut scene = Scene::default();
    scene.create(1, "file", OPENED, 14);
    scene.read(1, 10, 10, 4);
    scene.read(1, 0, 10, 10);
    scene.read(1, 14, 10, 0);
    let found = scene.namespace();
    let data = stream(node(&found, 0), "");
    assert_eq!((ranges(&data.shown), data.at_least, data.size_before()), (vec![0..14], 14, 14));
}

#[test]
fn a_listing_shows_what_else_is_in_a_folder_but_not_what_was_deleted() {
    let mut scene = Scene::default();
    scene.create(1, "gone", OPENED, 1);
    scene.delete(1);
    scene.list_root(&[(".", 0), ("..", 0), ("gone", 1), ("sibling", 7), ("a\\b", 1)]);
    let found = scene.namespace();
    assert_eq!(ways(&found), ["gone -> gone", "sibling -> sibling"]);
    assert_eq!(stream(node(&found, 1), "").size_before(), 7);
    scene.close(1);
    scene.list_root(&[("gone", 1)]);
    assert_eq!(ways(&scene.namespace()), ["gone -> -", "sibling -> sibling"]);
}

#[test]
fn a_stream_that_is_deleted_or_renamed_was_there_before() {
    let mut scene = Scene::default();
    scene.create(1, "file:old", OPENED, 6);
    scene.read(1, 0, 6, 6);
    scene.name(1, RENAME, ":new");
    scene.write(1, 0, 2);
    scene.close(1);
    let found = scene.namespace();
    let (old, new) = (stream(node(&found, 0), "old"), stream(node(&found, 0), "new"));
    assert_eq!((old.before, old.gone, old.size_before(), ranges(&old.shown)), (true, true, 6, vec![0..6]));
    assert_eq!((new.before, new.gone, new.size_now, ranges(&new.now)), (false, false, Some(6), vec![0..6]));
    assert!(ranges(&old.now).is_empty(), "its data have the new name");
}

#[test]
fn a_stream_that_is_made_was_not_there() {
    let mut scene = Scene::default();
    scene.create(1, "file", OPENED, 6);
    scene.create(2, "file:mark", CREATED, 0);
    scene.write(2, 0, 3);
    let found = scene.namespace();
    let mark = stream(node(&found, 0), "mark");
    assert_eq!((mark.before, mark.size_now, ranges(&mark.now)), (false, Some(3), vec![0..3]));
    assert!(stream(node(&found, 0), "").before);
}

#[test]
fn snapshots_and_names_that_lead_out_are_not_followed() {
    let mut scene = Scene::default();
    scene.create(1, "@GMT-2024.01.01-00.00.00\\file", OPENED, 6);
    scene.read(1, 0, 6, 6);
    scene.create(2, "..\\file", OPENED, 6);
    let found = scene.namespace();
    assert!(ways(&found).is_empty());
    let frames: Vec<u64> = found.not_followed.iter().map(|(frame, _)| *frame).collect();
    assert_eq!(frames, [1, 3]);
}

#[test]
fn operations_on_handles_that_the_capture_does_not_open_tell_nothing() {
    let mut scene = Scene::default();
    scene.create(1, "file", OPENED, 6);
    let before = ways(&scene.namespace());
    scene.read(9, 0, 10, 10);
    scene.write(9, 0, 10);
    scene.name(9, RENAME, "other");
    scene.delete(9);
    scene.list(9, &[("more", 1)]);
    scene.close(9);
    assert_eq!(ways(&scene.namespace()), before);
}

#[test]
fn a_file_that_shows_up_after_it_was_missing_appeared() {
    let mut scene = Scene::default();
    scene.refused("file", NtStatus::OBJECT_NAME_NOT_FOUND);
    scene.create(1, "file", OPENED, 6);
    let found = scene.namespace();
    assert_eq!(ways(&found), ["- -> file"]);
    assert_eq!(found.absent().len(), 1);
}

#[test]
fn shares_of_one_name_on_two_servers_are_two_and_a_nameless_tree_is_of_the_first() {
    let mut observer = Observer::new(HashMap::new(), &["docs".to_owned()].into());
    for host in [1, 2] {
        let server = Some([10, 0, 0, host].into());
        CapturedShare::note(&mut observer.shares, server, "\\\\fs\\docs", Some(1), true);
    }
    let nameless = observer.root(None).unwrap();
    assert_eq!(observer.root(Some(0)), Some(nameless));
    assert_ne!(observer.root(Some(1)), Some(nameless));
}

#[test]
fn a_stream_that_cannot_be_opened_does_not_make_a_folder_a_file() {
    let mut scene = Scene::default();
    scene.refused("Docs:AFP_AfpInfo", NtStatus::ACCESS_DENIED);
    scene.create(1, "Docs/", OPENED, 0);
    let found = scene.namespace();
    assert!(node(&found, 0).is_folder() && node(&found, 0).was_there());
}
