//! The zygote against a scripted host: forks on request, serves nothing itself, reports how its workers end,
//! and ends with its control socket.

use std::fs::File;
use std::io::{IoSlice, IoSliceMut, Read as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use hint_proto::processes::{Born, PRELOADED, RUNTIME_READY};
use hint_proto::v1::Started;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use rustix::process::{Signal, pidfd_send_signal};

use crate::dialogue::{comparable, quiet_end};
use crate::host::{Link, PATIENCE, Worker, module};
use crate::messages::{at_ap, done, execute, felt, hint, load_request, start};

/// A zygote with its control socket.
struct Zygote {
    process: Worker,
    control: UnixStream,
}

/// A worker that a zygote forked.
struct Forked {
    id: u32,
    process: OwnedFd,
    ended: File,
    link: Link,
}

impl Zygote {
    fn start(options: &[&str]) -> Self {
        let (process, control) = Worker::start(&[&["--zygote"], options].concat());
        Self::of(process, control)
    }

    fn of(process: Worker, control: UnixStream) -> Self {
        // What a zygote does not answer must fail the test.
        control.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut said = [9; 3];
        // It is there before it imports anything; a posture would come between.
        for word in said.iter_mut().map(std::slice::from_mut) {
            (&control).read_exact(word).unwrap();
        }
        assert_eq!(said, [RUNTIME_READY, 0, PRELOADED]);
        Self { process, control }
    }

    /// One message with that number and these descriptors.
    fn request(&self, number: u64, descriptors: &[BorrowedFd<'_>]) {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        if !descriptors.is_empty() {
            assert!(ancillary.push(SendAncillaryMessage::ScmRights(descriptors)));
        }
        let sent = sendmsg(
            &self.control,
            &[IoSlice::new(&number.to_le_bytes())],
            &mut ancillary,
            SendFlags::NOSIGNAL,
        );
        assert_eq!(sent, Ok(8));
    }

    /// What it says, with the process that it made, if it did.
    fn answer(&self) -> (Born, Option<OwnedFd>) {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let mut bytes = [0; Born::BYTES];
        let received = recvmsg(
            &self.control,
            &mut [IoSliceMut::new(&mut bytes)],
            &mut ancillary,
            RecvFlags::CMSG_CLOEXEC,
        )
        .unwrap();
        assert_eq!(received.bytes, Born::BYTES);
        let mut descriptors = ancillary.drain().filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
            _ => None,
        });
        (Born::decode(bytes), descriptors.next())
    }

    /// Has a worker made that prints into `outputs`, and opens its session.
    fn fork(&self, outputs: &[&File]) -> Forked {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let (ended, report) = rustix::pipe::pipe().unwrap();
        let mut descriptors = vec![theirs.as_fd(), report.as_fd()];
        descriptors.extend(outputs.iter().map(|file| file.as_fd()));
        self.request(77, &descriptors);
        drop((theirs, report));
        let (born, process) = self.answer();
        assert_eq!((born.request, born.error), (77, 0));
        let (id, process) = (born.pid, process.expect("a descriptor of the worker"));
        let mut link = Link::open(ours).unwrap();
        link.send(Request::Start(start()));
        let Some(Response::Started(Started { process_id, .. })) = link.receive() else {
            panic!("no session");
        };
        assert_eq!(process_id, id);
        Forked {
            id,
            process,
            ended: ended.into(),
            link,
        }
    }

    /// Closes the control socket and waits for its end.
    fn close(mut self) -> crate::host::Ended {
        drop(self.control);
        self.process.ended()
    }
}

impl Forked {
    /// Loads a hint and has it executed.
    fn run(&mut self, code: &str) -> Option<Response> {
        self.link.send(load_request(vec![hint(0, code)]));
        assert!(matches!(
            self.link.receive(),
            Some(Response::HintsLoaded(_))
        ));
        self.link.send(execute(0));
        self.link.receive().map(comparable)
    }

    /// Closes the session; the worker ends well.
    #[track_caller]
    fn close(mut self) {
        self.link.finish();
        assert_eq!(self.link.receive(), None, "after the end");
        assert_eq!(self.report(), Some((0, 0)));
    }

    /// The signal and the exit code that the zygote reports; nothing when it went first.
    fn report(mut self) -> Option<(i32, i32)> {
        let mut report = Vec::new();
        self.ended.read_to_end(&mut report).unwrap();
        let (signal, code) = report.split_first_chunk()?;
        let code = code.try_into().expect("eight bytes");
        Some((i32::from_le_bytes(*signal), i32::from_le_bytes(code)))
    }
}

#[test]
fn workers_of_a_zygote_serve_sessions_side_by_side() {
    let zygote = Zygote::start(&[]);
    let (mut one, mut other) = (zygote.fork(&[]), zygote.fork(&[]));
    assert_ne!(one.id, other.id);
    let sets = "import os; os.environ['SHARED'] = 'one'; memory[ap] = 1";
    assert_eq!(one.run(sets), Some(done(at_ap(felt(1)))));
    let sees = "import os; memory[ap] = 'SHARED' in os.environ";
    assert_eq!(other.run(sees), Some(done(at_ap(felt(0)))));
    one.close();
    other.close();
    assert_eq!(zygote.close(), quiet_end());
}

/// What was preloaded was imported in the zygote; what cannot be imported stays for the hint to find.
#[test]
fn modules_are_preloaded_as_far_as_they_are_there() {
    let broken = module("till_of_a_test", "raise OSError('shut')");
    let zygote = Zygote::start(&["--preload", "colorsys,no_such_module,till_of_a_test"]);
    let mut worker = zygote.fork(&[]);
    let code = format!(
        "import sys\n\
         sys.path.append({:?})\n\
         assert 'colorsys' in sys.modules and 'till_of_a_test' not in sys.modules\n\
         try: import till_of_a_test\n\
         except OSError as error: memory[ap] = len(str(error))",
        broken.path()
    );
    assert_eq!(worker.run(&code), Some(done(at_ap(felt(4)))));
}

#[test]
fn the_end_of_a_worker_is_reported() {
    let zygote = Zygote::start(&[]);
    for (code, report) in [
        ("import os; os._exit(7)", (0, 7)),
        ("import os; os.abort()", (6, 0)),
    ] {
        let mut worker = zygote.fork(&[]);
        assert_eq!(worker.run(code), None);
        assert_eq!(worker.report(), Some(report), "`{code}`");
    }
    // The descriptor of a process is that of the worker.
    let worker = zygote.fork(&[]);
    pidfd_send_signal(&worker.process, Signal::TERM).unwrap();
    assert_eq!(worker.report(), Some((15, 0)));
    assert_eq!(zygote.close(), quiet_end());
}

#[test]
fn a_worker_prints_where_it_was_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name| File::create(folder.path().join(name)).unwrap();
    let zygote = Zygote::start(&[]);
    let mut worker = zygote.fork(&[&file("stdout"), &file("stderr")]);
    let code = "import sys; print('out'); print('err', file=sys.stderr)";
    assert!(matches!(worker.run(code), Some(Response::Done(_))));
    let text = |name| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(
        (text("stdout"), text("stderr")),
        ("out\n".into(), "err\n".into())
    );
    assert_eq!(zygote.process.stdout(), "");
    worker.close();
    assert_eq!(zygote.close(), quiet_end());
}

/// Workers do not outlive the zygote, whatever their hints do: their parent is gone.
#[test]
fn workers_end_with_their_zygote() {
    let zygote = Zygote::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let running = folder.path().join("running");
    let mut idle = zygote.fork(&[]);
    let mut busy = zygote.fork(&[]);
    let code = format!("open({running:?}, 'w').close()\nwhile True: pass");
    busy.link.send(load_request(vec![hint(0, &code)]));
    assert!(matches!(
        busy.link.receive(),
        Some(Response::HintsLoaded(_))
    ));
    busy.link.send(execute(0));
    busy.link.wait_for(&running);
    assert_eq!(zygote.close(), quiet_end());
    assert_eq!(idle.link.receive(), None);
    assert_eq!(busy.link.receive(), None);
    assert_eq!((idle.report(), busy.report()), (None, None));
}

/// A request without the descriptors that a worker needs is refused, and ends nothing.
#[test]
fn requests_without_descriptors_are_refused() {
    let zygote = Zygote::start(&[]);
    let (socket, _theirs) = UnixStream::pair().unwrap();
    let requests: [&[BorrowedFd<'_>]; 2] = [&[], &[socket.as_fd()]];
    for (number, descriptors) in (5..).zip(requests) {
        zygote.request(number, descriptors);
        let (born, process) = zygote.answer();
        let refused = Born {
            request: number,
            pid: 0,
            error: Errno::MFILE.raw_os_error(),
        };
        assert_eq!(born, refused);
        assert!(process.is_none());
    }
    let mut worker = zygote.fork(&[]);
    assert_eq!(worker.run("memory[ap] = 1"), Some(done(at_ap(felt(1)))));
    worker.close();
    assert_eq!(zygote.close(), quiet_end());
}

/// At the limit of processes: whoever asked is told, those who have a worker keep it, and the next one gets one.
#[test]
fn a_fork_that_fails_ends_nothing() {
    let failing = module(
        "one_fork_in_two",
        "import errno, os\n\
         fork, count = os.fork, 0\n\
         def sometimes():\n\
         \x20   global count\n\
         \x20   count += 1\n\
         \x20   if count == 2:\n\
         \x20       raise BlockingIOError(errno.EAGAIN, 'no more processes')\n\
         \x20   return fork()\n\
         os.fork = sometimes\n",
    );
    let (process, control) = Worker::start_in(
        &[("PYTHONPATH", failing.path())],
        &["--zygote", "--preload", "one_fork_in_two"],
    );
    let zygote = Zygote::of(process, control);
    let mut first = zygote.fork(&[]);
    let (socket, _theirs) = UnixStream::pair().unwrap();
    zygote.request(8, &[socket.as_fd(), socket.as_fd()]);
    let (born, process) = zygote.answer();
    assert_eq!((born.request, born.pid), (8, 0));
    assert_eq!(born.error, Errno::AGAIN.raw_os_error());
    assert!(process.is_none());
    assert_eq!(first.run("memory[ap] = 1"), Some(done(at_ap(felt(1)))));
    let mut other = zygote.fork(&[]);
    assert_eq!(other.run("memory[ap] = 2"), Some(done(at_ap(felt(2)))));
    first.close();
    other.close();
    assert_eq!(zygote.close(), quiet_end());
}

/// When the end of a worker is reported nothing that it started is left, wherever that went.
#[test]
fn what_a_worker_started_ends_before_its_end_is_reported() {
    let zygote = Zygote::start(&[]);
    let mut worker = zygote.fork(&[]);
    let code = "import os, time\n\
                read, write = os.pipe()\n\
                if os.fork() == 0:\n\
                \x20   os.setsid()\n\
                \x20   if os.fork() == 0:\n\
                \x20       os.write(write, str(os.getpid()).encode())\n\
                \x20       time.sleep(600)\n\
                \x20   os._exit(0)\n\
                memory[ap] = int(os.read(read, 100))";
    let Some(Response::Done(done)) = worker.run(code) else {
        panic!("the hint failed");
    };
    let cells = done.effects.unwrap().writes;
    let bytes: [u8; 4] = cells[0].values[..4].try_into().unwrap();
    let pid = u32::from_le_bytes(bytes);
    let lives = || std::path::Path::new(&format!("/proc/{pid}")).exists();
    assert!(lives(), "{pid}");
    pidfd_send_signal(&worker.process, Signal::KILL).unwrap();
    assert_eq!(worker.report(), Some((9, 0)));
    assert!(!lives(), "{pid}");
}
