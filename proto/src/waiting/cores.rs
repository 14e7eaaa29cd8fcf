//! Whether others want the cores that two ends of a link poll on: the kernel's count of what is runnable, against the
//! cores of the machine. While one end polls, both ends are runnable, so a machine where more is than it has cores
//! has something better to do. Where the kernel does not say, only being preempted tells.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Its fourth word is `RUNNABLE/ALL`.
const RUNNABLE: &str = "/proc/loadavg";
/// Such as `0-3,8-11`.
const ONLINE: &str = "/sys/devices/system/cpu/online";
/// How often to look while there are cores: a look costs about a microsecond.
const LOOK: Duration = Duration::from_millis(2);
/// How long to leave the cores alone when they are wanted.
const LEAVE: Duration = Duration::from_millis(10);
/// The weight of the newest look, against that of all before: something always wakes up for a moment.
const NEWEST: f32 = 0.125;
/// They are wanted when they were in this part of the looks.
const MOSTLY: f32 = 0.75;

/// The cores, as one end sees them.
#[derive(Debug, Default)]
pub(super) struct Cores {
    runnable: Option<File>,
    next_look: Option<Instant>,
    /// In which part of the looks, about, they were wanted.
    wanted: f32,
}

impl Cores {
    /// How long to leave the cores to others, if these want them. Call it while the other end is at work.
    pub(super) fn are_wanted(&mut self, now: Instant) -> Option<Duration> {
        if self.next_look.is_some_and(|next| now < next) {
            return None;
        }
        self.next_look = Some(now + LOOK);
        let wanted = self.runnable()? > online()?;
        self.learn(wanted)
    }

    fn learn(&mut self, wanted: bool) -> Option<Duration> {
        self.wanted += (f32::from(u8::from(wanted)) - self.wanted) * NEWEST;
        (wanted && self.wanted > MOSTLY).then_some(LEAVE)
    }

    /// How much is running or wants to.
    fn runnable(&mut self) -> Option<usize> {
        if self.runnable.is_none() {
            self.runnable = File::open(RUNNABLE).ok();
        }
        let mut text = [0; 64];
        let length = self.runnable.as_ref()?.read_at(&mut text, 0).ok()?;
        runnable_in(std::str::from_utf8(&text[..length]).ok()?)
    }
}

fn runnable_in(loadavg: &str) -> Option<usize> {
    let (runnable, _) = loadavg.split_ascii_whitespace().nth(3)?.split_once('/')?;
    runnable.parse().ok()
}

/// The number of cores of the machine.
fn online() -> Option<usize> {
    static COUNT: OnceLock<Option<usize>> = OnceLock::new();
    *COUNT.get_or_init(|| cores_in(&std::fs::read_to_string(ONLINE).ok()?))
}

fn cores_in(list: &str) -> Option<usize> {
    list.trim()
        .split(',')
        .map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
            (last + 1).checked_sub(first)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_texts_are_read() {
        assert_eq!(runnable_in("0.20 0.18 0.12 3/80 11206\n"), Some(3));
        assert_eq!(runnable_in("nonsense"), None);
        assert_eq!(cores_in("0\n"), Some(1));
        assert_eq!(cores_in("0-3,8-11\n"), Some(8));
        assert_eq!(cores_in(""), None);
        let mut cores = Cores::default();
        assert!(cores.runnable() >= Some(1));
        assert!(online() >= Some(1));
    }

    #[test]
    fn who_stays_is_made_room_for_at_once() {
        let mut cores = Cores::default();
        let looks = (1..).find(|_| cores.learn(true).is_some());
        assert_eq!(looks, Some(11), "a few looks are chance");
        assert!(cores.learn(true).is_some());
        assert_eq!(cores.learn(false), None);
    }
}
