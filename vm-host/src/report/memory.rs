//! How full the memory of a run is: its segments and its builtins. Must not know how that is shown.

use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;

use crate::run::Run;
use crate::vm::pie::used_cells;
use crate::vm::shape::RunShape;

/// How full a segment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SegmentUse {
    /// Its index.
    pub(crate) index: usize,
    /// What it is for, if that is known.
    pub(crate) name: Option<String>,
    /// Cells until its end.
    pub(crate) size: u64,
    /// Those that instructions or builtins used; known of a run that has ended.
    pub(crate) used: Option<u64>,
}

/// How full a builtin is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BuiltinUse {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its segment.
    pub(crate) segment: usize,
    /// Cells that were used.
    pub(crate) cells: u64,
    /// Instances that were used.
    pub(crate) instances: u64,
    /// Instances that there is room for at so many steps; absent where there is no bound, or too few steps for one.
    pub(crate) room: Option<u64>,
}

/// How full the memory of a run is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MemoryUse {
    /// The segments, by index.
    pub(crate) segments: Vec<SegmentUse>,
    /// The builtins of the layout, in its order.
    pub(crate) builtins: Vec<BuiltinUse>,
    /// Cells below the ends of segments that nobody used; known of a run that has ended.
    pub(crate) holes: Option<u64>,
}

impl MemoryUse {
    /// That of a run. Whether it has `ended`, as it must: else nothing is known of holes.
    pub(crate) async fn of(run: &mut Run, ended: bool) -> Self {
        let sizes = run.segment_sizes();
        let (vm, shape, slices) = (run.vm(), run.shape(), run.slices());
        let steps = vm.get_current_step() as u64;
        let mut found = Self {
            holes: ended.then_some(0),
            ..Self::default()
        };
        for (index, size) in sizes.iter().map(|size| *size as u64).enumerate() {
            let used = match ended {
                true => Some(used_cells(vm, shape, index, slices).await.unwrap_or(size)),
                false => None,
            };
            if let (Some(holes), Some(used)) = (&mut found.holes, used) {
                *holes += size.saturating_sub(used);
            }
            let builtin = vm
                .builtin_runners
                .iter()
                .find(|found| found.base() == index);
            let name = match index {
                0 => Some("program".to_owned()),
                1 => Some("execution".to_owned()),
                _ if shape.zero_segment == Some(index) => Some("zeros".to_owned()),
                _ => builtin.map(|builtin| builtin.name().to_str().to_owned()),
            };
            found.segments.push(SegmentUse {
                index,
                name,
                size,
                used,
            });
        }
        for builtin in &vm.builtin_runners {
            let segment = builtin.base();
            let cells = sizes.get(segment).copied().unwrap_or(0) as u64;
            found
                .builtins
                .push(builtin_use(builtin, segment, cells, steps));
        }
        found
    }
}

fn builtin_use(builtin: &BuiltinRunner, segment: usize, cells: u64, steps: u64) -> BuiltinUse {
    let bounded = !matches!(
        builtin.name(),
        BuiltinName::output | BuiltinName::segment_arena
    );
    let per_instance = u64::from(builtin.cells_per_instance()).max(1);
    let room = RunShape::allocated_instances(builtin, cells, steps).ok();
    BuiltinUse {
        name: builtin.name().to_str(),
        segment,
        cells,
        instances: match bounded {
            true => cells.div_ceil(per_instance),
            false => cells,
        },
        room: room.filter(|_| bounded),
    }
}
