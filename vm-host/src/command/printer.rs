//! Printing on stdout, for which a reader that went away is no error: what is left is dropped, and the
//! run ends as it would have.

use std::io::{self, Write};

/// A buffered writer that turns into a sink when its pipe breaks.
pub(super) struct Printer<W: Write> {
    inner: io::BufWriter<W>,
    broken: bool,
}

impl Printer<io::StdoutLock<'static>> {
    /// A printer on stdout, locked while it lives.
    pub(super) fn stdout() -> Self {
        Self::new(io::stdout().lock())
    }
}

impl<W: Write> Printer<W> {
    /// A printer on `writer`.
    pub(super) fn new(writer: W) -> Self {
        Self {
            inner: io::BufWriter::with_capacity(1 << 16, writer),
            broken: false,
        }
    }

    fn unless_broken<T>(&mut self, result: io::Result<T>, otherwise: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.broken = true;
                Ok(otherwise)
            }
            result => result,
        }
    }
}

impl<W: Write> Write for Printer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.broken {
            return Ok(bytes.len());
        }
        let written = self.inner.write(bytes);
        self.unless_broken(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.broken {
            return Ok(());
        }
        let flushed = self.inner.flush();
        self.unless_broken(flushed, ())
    }
}

impl<W: Write> std::fmt::Debug for Printer<W> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Printer")
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken;

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_broken_pipe_swallows_the_rest() {
        let mut printer = Printer::new(Broken);
        for _ in 0..100_000 {
            writeln!(printer, "line").unwrap();
        }
        printer.flush().unwrap();
        assert!(printer.broken);
    }
}
