//! Giving way to a live server on the same machine.
//!
//! A thread that was woken by an answer takes the processor from whoever has it, as a rule from the server that is about to
//! answer on another connection: it is woken for each answer anew, and both do less. A thread of SCHED_BATCH (sched(7)) has
//! as much of the processor, and waits until it is free: it then finds several answers. Where a processor is idle, nothing
//! is different.

use crate::options::Pace;

/// While it lives, this thread and those that it starts give way. What the user has asked the system for (`chrt`) is left
/// alone, and so is the niceness.
#[must_use]
pub(crate) struct GivingWay {
    #[cfg(target_os = "linux")]
    before: Option<linux::Policy>,
}

impl GivingWay {
    /// A replay that keeps to times has to be woken at once: it does not give way.
    pub(crate) fn at(pace: Pace) -> Self {
        #[cfg(target_os = "linux")]
        return Self { before: (pace == Pace::Asap).then(linux::give_way).flatten() };
        #[cfg(not(target_os = "linux"))]
        return {
            let _ = pace;
            Self {}
        };
    }
}

#[cfg(target_os = "linux")]
impl Drop for GivingWay {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            linux::set(before);
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use thread_priority::NormalThreadSchedulePolicy::{Batch, Other};
    use thread_priority::{
        ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
        thread_schedule_policy,
    };

    pub(super) type Policy = ThreadSchedulePolicy;

    /// The policy before, if it was changed.
    pub(super) fn give_way() -> Option<Policy> {
        let before = thread_schedule_policy().ok().filter(|policy| *policy == Policy::Normal(Other))?;
        set(Policy::Normal(Batch));
        thread_schedule_policy().is_ok_and(|policy| policy != before).then_some(before)
    }

    /// Where the system refuses, the thread goes on as it was.
    pub(super) fn set(policy: Policy) {
        // The library sets the niceness together with the policy: it stays as it is.
        let niceness = rustix::process::getpriority_process(None).ok();
        if let Some(priority) = niceness.and_then(|niceness| of_niceness(niceness, policy)) {
            let _ = set_thread_priority_and_policy(thread_native_id(), priority, policy);
        }
    }

    /// The library's word for a niceness.
    fn of_niceness(niceness: i32, policy: Policy) -> Option<ThreadPriority> {
        let values = (0..=u8::MAX).map_while(|value| ThreadPriorityValue::try_from(value).ok());
        let mut priorities = values.map(ThreadPriority::Crossplatform);
        priorities.find(|priority| priority.to_posix(policy).is_ok_and(|found| found == niceness))
    }

    #[cfg(test)]
    mod tests {
        #![allow(clippy::unwrap_used, reason = "tests")]

        use super::super::GivingWay;
        use super::*;
        use crate::options::Pace;

        fn niceness() -> i32 {
            rustix::process::getpriority_process(None).unwrap()
        }

        fn in_a_thread(test: impl FnOnce() + Send + 'static) {
            std::thread::spawn(test).join().unwrap();
        }

        #[test]
        fn a_replay_without_a_pace_gives_way_with_its_threads_and_what_is_run_after_it_does_not() {
            in_a_thread(|| {
                let niceness_before = niceness();
                let giving_way = GivingWay::at(Pace::Asap);
                assert_eq!(thread_schedule_policy().unwrap(), Policy::Normal(Batch));
                let inherited = std::thread::spawn(thread_schedule_policy).join().unwrap();
                assert_eq!(inherited.unwrap(), Policy::Normal(Batch));
                assert_eq!(niceness(), niceness_before);
                drop(giving_way);
                assert_eq!((thread_schedule_policy().unwrap(), niceness()), (Policy::Normal(Other), niceness_before));
            });
        }

        #[test]
        fn a_replay_that_keeps_to_times_does_not_give_way() {
            in_a_thread(|| {
                let _giving_way = GivingWay::at(Pace::Original);
                assert_eq!(thread_schedule_policy().unwrap(), Policy::Normal(Other));
            });
        }

        #[test]
        fn there_is_a_word_for_every_niceness() {
            for policy in [Batch, Other].map(Policy::Normal) {
                assert!((-20..20).all(|niceness| of_niceness(niceness, policy).is_some()), "{policy:?}");
            }
        }

        #[test]
        fn what_the_user_has_asked_the_system_for_stays() {
            in_a_thread(|| {
                rustix::process::setpriority_process(None, 7).unwrap();
                set(Policy::Normal(Batch));
                drop(GivingWay::at(Pace::Asap));
                assert_eq!((thread_schedule_policy().unwrap(), niceness()), (Policy::Normal(Batch), 7));
            });
        }
    }
}
