//! Comparison of the PIE that was run again with the one that the run made.

use super::{AdditionalData, ExecutionResources, Pie, PieMetadata, PieSegments, SegmentInfo};
use cairo_vm::types::builtin_name::BuiltinName;
use std::collections::BTreeMap;

impl Pie {
    /// Says how `self`, which was given, differs from what running it again made; nothing if it does not.
    /// Computed pedersen cells, memory holes and the version do not count: a stricter run computes more
    /// cells.
    pub(crate) fn difference(&self, made: &Self) -> Option<String> {
        let mut lines = vec!["CairoPie diff:".to_string()];
        if !same_metadata(&self.metadata, &made.metadata) {
            lines.push(" * metadata mismatch.".to_string());
        }
        if self.memory != made.memory {
            lines.push(" * memory mismatch.".to_string());
        }
        let (given, found) = (data_by_name(self), data_by_name(made));
        if given != found {
            lines.push(" * additional_data mismatch:".to_string());
            let mut names: Vec<_> = given.keys().chain(found.keys()).copied().collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                if given.get(name) != found.get(name) {
                    lines.push(format!("   * {name} mismatch."));
                }
            }
        }
        let mut resources = made.execution_resources.clone();
        resources.n_memory_holes = self.execution_resources.n_memory_holes;
        if !same_resources(&self.execution_resources, &resources) {
            lines.push(format!(
                " * execution_resources mismatch: {} != {}.",
                self.execution_resources.repr(),
                resources.repr()
            ));
        }
        (lines.len() > 1).then(|| lines.join("\n"))
    }
}

fn data_by_name(pie: &Pie) -> BTreeMap<&'static str, &AdditionalData> {
    pie.additional_data
        .iter()
        .filter(|(name, _)| *name != BuiltinName::pedersen)
        .map(|(name, data)| (name.to_str_with_suffix(), data))
        .collect()
}

fn same_metadata(left: &PieMetadata, right: &PieMetadata) -> bool {
    let builtins = |segments: &PieSegments| -> BTreeMap<BuiltinName, (u64, u64)> {
        let place = |info: &SegmentInfo| (info.index, info.size);
        segments
            .builtins
            .iter()
            .map(|(name, info)| (*name, place(info)))
            .collect()
    };
    let without_builtins = |metadata: &PieMetadata| {
        let mut metadata = metadata.clone();
        metadata.segments.builtins.clear();
        metadata
    };
    builtins(&left.segments) == builtins(&right.segments)
        && without_builtins(left) == without_builtins(right)
}

fn same_resources(left: &ExecutionResources, right: &ExecutionResources) -> bool {
    let instances = |resources: &ExecutionResources| -> BTreeMap<BuiltinName, u64> {
        resources.builtin_instances.iter().copied().collect()
    };
    (left.n_steps, left.n_memory_holes) == (right.n_steps, right.n_memory_holes)
        && instances(left) == instances(right)
}

impl ExecutionResources {
    /// How Python shows the reference VM's object.
    fn repr(&self) -> String {
        let instances: Vec<_> = self
            .builtin_instances
            .iter()
            .map(|(name, count)| format!("'{}': {count}", name.to_str_with_suffix()))
            .collect();
        format!(
            "ExecutionResourcesStone(builtin_instance_counter={{{}}}, n_memory_holes={}, n_steps={})",
            instances.join(", "),
            self.n_memory_holes,
            self.n_steps
        )
    }
}
