//! What hints are confined to, as the user says it; the same for `run` and `serve`.

use std::path::PathBuf;

use crate::worker::{Profile, Sandbox, WorkerLimits};

/// The options of a sandbox.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct SandboxArgs {
    /// How far hints are trusted (default: `trusted` for run and with --exit-with-parent, else `contained`)
    #[arg(long, value_enum, value_name = "PROFILE")]
    pub sandbox: Option<Profile>,

    /// Refuse to run hints when the system lacks a layer of the sandbox; control groups are no layer, but on top
    #[arg(long = "require-sandbox")]
    pub require_sandbox: bool,

    /// Most memory of a contained hint worker in bytes (default: 4 GiB)
    #[arg(long = "max-worker-memory", value_name = "BYTES")]
    pub max_worker_memory: Option<u64>,

    /// Most processor time of a contained hint worker in seconds (default: no limit)
    #[arg(long = "max-worker-cpu", value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_worker_cpu: Option<u64>,

    /// Most threads of a contained hint worker (default: 64)
    #[arg(long = "max-worker-threads", value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_worker_threads: Option<u64>,
}

impl SandboxArgs {
    /// The sandbox, which is `default` unless the user says so, and in which hints read `reads`.
    pub(crate) fn resolve(&self, default: Profile, reads: Vec<PathBuf>) -> Sandbox {
        let profile = self.sandbox.unwrap_or(default);
        let limits = match profile {
            Profile::Trusted => WorkerLimits::default(),
            Profile::Contained | Profile::Hostile => WorkerLimits {
                memory: self.max_worker_memory.or(WorkerLimits::CONTAINED.memory),
                cpu: self.max_worker_cpu.or(WorkerLimits::CONTAINED.cpu),
                threads: self.max_worker_threads.or(WorkerLimits::CONTAINED.threads),
                ..WorkerLimits::CONTAINED
            },
        };
        Sandbox {
            profile,
            required: self.require_sandbox,
            reads,
            limits,
        }
    }
}
