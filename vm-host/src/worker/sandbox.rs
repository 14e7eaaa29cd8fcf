//! What workers are confined to: the profile, what it takes, and whether what a worker says of its layers will do.
//! Must not know how a layer is made.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use hint_proto::sandbox::VARIABLES;
use hint_proto::v1::Posture;

/// How far hints are trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Profile {
    /// As the user who runs them: a process of their own, and nothing else.
    #[default]
    Trusted,
    /// Not at all, as far as the kernel holds: no files but those that they import, no network, no processes.
    Contained,
    /// Not even as far as the kernel holds: the same inside of gVisor or of a virtual machine of their own.
    Hostile,
}

impl Profile {
    /// Its name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Contained => "contained",
            Self::Hostile => "hostile",
        }
    }
}

/// What a worker may use up; absent for what the system allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkerLimits {
    /// Bytes of memory of its own.
    pub memory: Option<u64>,
    /// Seconds of processor time.
    pub cpu: Option<u64>,
    /// Bytes of a file that it writes.
    pub file: Option<u64>,
    /// Threads.
    pub threads: Option<u64>,
}

impl WorkerLimits {
    /// Those of a contained worker to which nobody gives others.
    pub const CONTAINED: Self = Self {
        memory: Some(4 << 30),
        cpu: None,
        file: Some(64 << 20),
        threads: Some(64),
    };
}

/// The sandbox of a worker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sandbox {
    /// Which one.
    pub profile: Profile,
    /// Whether no layer may be missing.
    pub required: bool,
    /// What hints may read beside what Python imports from.
    pub reads: Vec<PathBuf>,
    /// What they may use up.
    pub limits: WorkerLimits,
}

/// The sandbox is not what it must be.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SandboxError {
    /// A layer is missing.
    #[error(
        "the sandbox `{profile}` lacks a layer: `{missing}`\n\
         hint: run on a system that has it, or go without --require-sandbox and say what hints may do by other means"
    )]
    Missing {
        /// The profile.
        profile: &'static str,
        /// The layer and why.
        missing: String,
    },
    /// There is nothing around us that would hold where the kernel does not.
    #[error(
        "the sandbox `hostile` is for a server inside of gVisor or a virtual machine, and this is neither\n\
         hint: start it there, one for each tenant, or use --sandbox contained"
    )]
    NotInside,
    /// A worker is less confined than those before it.
    #[error("the sandbox of a hint worker does not hold: `{0}`")]
    Changed(String),
}

/// The one layer that may be missing: who is not root has no other user to be, and root may have to read its own files.
const OPTIONAL: &str = "user";

impl Sandbox {
    /// Contained, with the limits of that.
    #[must_use]
    pub fn contained() -> Self {
        Self {
            profile: Profile::Contained,
            limits: WorkerLimits::CONTAINED,
            ..Self::default()
        }
    }

    /// Whether workers are confined at all.
    #[must_use]
    pub fn confines(&self) -> bool {
        self.profile != Profile::Trusted
    }

    /// Starts a worker with this, and with no variables that it need not know.
    pub(super) fn confine(&self, command: &mut Command) {
        if !self.confines() {
            return;
        }
        let set: Vec<(OsString, OsString)> = command
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect();
        let inherited = VARIABLES
            .iter()
            .filter_map(|name| Some((OsString::from(name), std::env::var_os(name)?)));
        // What was set for this command goes before what is inherited.
        let variables: Vec<_> = inherited.chain(set).collect();
        command.env_clear().envs(variables);
        command.arg("--contained");
        for path in &self.reads {
            command.arg("--reads").arg(path);
        }
        let WorkerLimits {
            memory, cpu, file, ..
        } = self.limits;
        for (option, limit) in [
            ("--max-memory", memory),
            ("--max-cpu", cpu),
            ("--max-file", file),
        ] {
            if let Some(limit) = limit {
                command.arg(option).arg(limit.to_string());
            }
        }
    }

    /// Whether a worker may run hints that says this of its layers; if so, the line that tells people.
    ///
    /// # Errors
    /// [`SandboxError`] when it lacks one that is required.
    pub fn accept(&self, posture: &Posture) -> Result<String, SandboxError> {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        self.accept_inside(posture, surroundings(read))
    }

    fn accept_inside(
        &self,
        posture: &Posture,
        surroundings: Option<&str>,
    ) -> Result<String, SandboxError> {
        let profile = self.profile.as_str();
        if !self.confines() {
            return Ok(format!(
                "sandbox: {profile} (hints may do all that this user may)"
            ));
        }
        let is_optional = |missing: &str| missing.split(':').next() == Some(OPTIONAL);
        let mut needed = posture
            .missing
            .iter()
            .filter(|missing| !is_optional(missing));
        if let Some(missing) = needed.next().filter(|_| self.required) {
            let missing = missing.clone();
            return Err(SandboxError::Missing { profile, missing });
        }
        if posture.layers.is_empty() {
            let missing = "all of them: the hint worker says nothing".to_owned();
            return Err(SandboxError::Missing { profile, missing });
        }
        let mut line = format!("sandbox: {profile} ({})", posture.layers.join(", "));
        if self.profile == Profile::Hostile {
            line += &format!(
                " inside of {}",
                surroundings.ok_or(SandboxError::NotInside)?
            );
        }
        for missing in &posture.missing {
            line += &format!("; without {missing}");
        }
        Ok(line)
    }
}

/// What is around this process that hints would have to break out of, too.
fn surroundings(read: impl Fn(&str) -> String) -> Option<&'static str> {
    // Its kernel has one version for all, from long before it was made.
    if read("/proc/version").contains("#1 SMP Sun Jan 10 15:06:54 PST 2016") {
        return Some("gVisor");
    }
    let flags = read("/proc/cpuinfo");
    let mut flags = flags.lines().filter(|line| line.starts_with("flags"));
    let is_virtual = flags
        .next()?
        .split_whitespace()
        .any(|flag| flag == "hypervisor");
    is_virtual.then_some("a virtual machine")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posture(layers: &[&str], missing: &[&str]) -> Posture {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Posture {
            layers: owned(layers),
            missing: owned(missing),
        }
    }

    #[test]
    fn a_missing_layer_is_said_and_refused_where_all_are_required() {
        let mut sandbox = Sandbox::contained();
        let found = posture(&["calls"], &["files: the kernel has no Landlock"]);
        let line = sandbox.accept(&found).expect("it is not required");
        let expected = "sandbox: contained (calls); without files: the kernel has no Landlock";
        assert_eq!(line, expected);
        sandbox.required = true;
        let error = sandbox.accept(&found).expect_err("a layer is missing");
        let text = error.to_string();
        assert!(
            text.contains("`files: the kernel has no Landlock`"),
            "{text}"
        );
    }

    #[test]
    fn hostile_is_refused_where_nothing_is_around() {
        let sandbox = Sandbox {
            profile: Profile::Hostile,
            ..Sandbox::contained()
        };
        let found = posture(&["calls"], &[]);
        let error = sandbox
            .accept_inside(&found, None)
            .expect_err("nothing is around");
        assert!(matches!(error, SandboxError::NotInside), "{error}");
        let line = sandbox
            .accept_inside(&found, Some("gVisor"))
            .expect("there is");
        assert_eq!(line, "sandbox: hostile (calls) inside of gVisor");
    }

    #[test]
    fn what_is_around_is_what_the_kernel_says() {
        let on = |version: &'static str, flags: &'static str| {
            surroundings(move |path| match path {
                "/proc/version" => version.to_owned(),
                "/proc/cpuinfo" => format!("processor : 0\nflags\t\t: {flags}\n"),
                _ => String::new(),
            })
        };
        let linux = "Linux version 6.18.0 (root@host) #1 SMP PREEMPT_DYNAMIC\n";
        let gvisor = "Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016\n";
        assert_eq!(on(linux, "fpu vme nohypervisor"), None);
        assert_eq!(
            on(linux, "fpu hypervisor lahf_lm"),
            Some("a virtual machine")
        );
        assert_eq!(on(gvisor, "fpu"), Some("gVisor"));
        assert_eq!(surroundings(|_| String::new()), None);
    }

    #[test]
    fn root_may_have_to_stay_root() {
        let mut sandbox = Sandbox::contained();
        sandbox.required = true;
        let found = posture(
            &["calls"],
            &["user: stays root: `/root` is for its owner only"],
        );
        assert!(sandbox.accept(&found).is_ok());
    }

    #[test]
    fn a_worker_that_says_nothing_is_refused() {
        assert!(Sandbox::contained().accept(&Posture::default()).is_err());
        assert!(Sandbox::default().accept(&Posture::default()).is_ok());
    }
}
