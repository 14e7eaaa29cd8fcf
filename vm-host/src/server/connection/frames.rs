//! The frames of one connection that make work and carry nothing: counted as they come in, so that whoever
//! floods the server with them is read more slowly, and nobody else notices. Well-meaning clients send
//! some too, so none is an error. Must not know what the frames say.

use std::time::{Duration, Instant};

/// Bytes of the head of a frame.
const HEAD: usize = 9;
/// Such frames for each second.
const RATE: f64 = 500.0;
/// Such frames at once.
const BURST: f64 = 1000.0;
/// Longest pause; it is well below the time within which pings must be answered.
const LONGEST: Duration = Duration::from_secs(2);

/// Types of frames (RFC 9113, section 6).
mod kind {
    pub(super) const DATA: u8 = 0;
    pub(super) const HEADERS: u8 = 1;
    pub(super) const WINDOW_UPDATE: u8 = 8;
}

/// Follows the frames in a stream of bytes.
#[derive(Debug)]
pub(super) struct Frames {
    head: [u8; HEAD],
    /// Bytes of the head that are there.
    filled: usize,
    /// Bytes of the frame that are still to come after its head.
    left: usize,
    /// How many may come before we pause; below zero there are too many.
    budget: f64,
    refilled: Instant,
}

impl Frames {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            head: [0; HEAD],
            filled: 0,
            left: 0,
            budget: BURST,
            refilled: now,
        }
    }

    /// Looks at bytes that came after the preface, `now`; how long to wait before more are read.
    pub(super) fn pass(&mut self, mut bytes: &[u8], now: Instant) -> Option<Duration> {
        while !bytes.is_empty() {
            if self.left > 0 {
                let passed = self.left.min(bytes.len());
                self.left -= passed;
                bytes = &bytes[passed..];
                continue;
            }
            let wanted = (HEAD - self.filled).min(bytes.len());
            let (head, rest) = bytes.split_at(wanted);
            self.head[self.filled..self.filled + wanted].copy_from_slice(head);
            self.filled += wanted;
            bytes = rest;
            if self.filled == HEAD {
                self.filled = 0;
                let [a, b, c, kind, ..] = self.head;
                self.left = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
                self.budget -= cost(kind, self.left);
            }
        }
        if self.budget >= 0.0 {
            return None;
        }
        let passed = now.duration_since(self.refilled).as_secs_f64();
        self.refilled = now;
        self.budget = (self.budget + passed * RATE).min(BURST);
        (self.budget < 0.0).then(|| Duration::from_secs_f64(-self.budget / RATE).min(LONGEST))
    }
}

/// What a frame counts.
fn cost(kind: u8, length: usize) -> f64 {
    match kind {
        // A client that downloads sends one for each 16 KiB or so.
        kind::WINDOW_UPDATE => 0.02,
        // h2 counts those that are too small, and calls are bounded otherwise.
        kind::HEADERS => 0.0,
        kind::DATA if length > 0 => 0.0,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PING: [u8; 17] = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];

    #[test]
    fn a_flood_is_read_at_its_rate() {
        let start = Instant::now();
        let (mut frames, mut now) = (Frames::new(start), start);
        let flood = PING.repeat(481);
        for _ in 0..100 {
            if let Some(pause) = frames.pass(&flood, now) {
                now += pause;
            }
        }
        let taken = (now - start).as_secs_f64();
        let rate = (48_100.0 - BURST) / taken;
        assert!((RATE * 0.9..RATE * 1.1).contains(&rate), "{rate}");
    }

    #[test]
    fn data_and_an_occasional_ping_pass() {
        let mut now = Instant::now();
        let mut frames = Frames::new(now);
        let mut data = vec![0, 0x40, 0, 0, 0, 0, 0, 0, 1];
        data.extend_from_slice(&[6; 0x4000]);
        for _ in 0..10_000 {
            assert_eq!(frames.pass(&data, now), None);
        }
        for _ in 0..10_000 {
            assert_eq!(frames.pass(&PING, now), None);
            now += Duration::from_millis(10);
        }
    }

    #[test]
    fn frames_are_found_however_they_are_cut() {
        let bytes = PING.repeat(3000);
        let now = Instant::now();
        for size in [1, 2, 8, 9, 10, 16, 18, 1000] {
            let mut frames = Frames::new(now);
            let paused = bytes
                .chunks(size)
                .filter(|part| frames.pass(part, now).is_some());
            assert!(paused.count() > 0, "{size}");
            assert_eq!(frames.budget, BURST - 3000.0, "{size}");
        }
    }
}
