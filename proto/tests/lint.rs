//! The rules that the `.proto` files keep, and that nothing that was on the wire once comes to mean something
//! else. What `buf lint` and `buf breaking` would say, said over the descriptors.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::source_code_info::Location;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    FileDescriptorSet,
};

const PACKAGE: &str = "cairohints.v1";

fn files() -> Vec<FileDescriptorProto> {
    let set = FileDescriptorSet::decode(hint_proto::FILE_DESCRIPTOR_SET).expect("descriptors");
    let own = set.file.into_iter();
    own.filter(|file| file.package() == PACKAGE).collect()
}

fn is_pascal(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_snake(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(allowed)
        && !name.contains("__")
        && !name.ends_with('_')
}

fn upper_snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

/// The paths of what has a comment.
fn commented(file: &FileDescriptorProto) -> BTreeSet<Vec<i32>> {
    let info = file.source_code_info.as_ref().expect("comments");
    let has_text = |location: &&Location| {
        !location.leading_comments().trim().is_empty()
            || !location.trailing_comments().trim().is_empty()
    };
    let with_text = info.location.iter().filter(has_text);
    with_text.map(|location| location.path.clone()).collect()
}

struct Lint {
    complaints: Vec<String>,
    commented: BTreeSet<Vec<i32>>,
}

impl Lint {
    fn check(&mut self, holds: bool, complaint: impl FnOnce() -> String) {
        if !holds {
            self.complaints.push(complaint());
        }
    }

    fn comment(&mut self, path: &[i32], name: &str) {
        let found = self.commented.contains(path);
        self.check(found, || format!("{name} has no comment"));
    }

    fn message(&mut self, message: &DescriptorProto, path: &[i32]) {
        if message
            .options
            .as_ref()
            .is_some_and(|options| options.map_entry())
        {
            return;
        }
        let name = message.name();
        self.comment(path, name);
        self.check(is_pascal(name), || {
            format!("message {name} is not PascalCase")
        });
        for (index, field) in (0..).zip(&message.field) {
            let full = format!("{name}.{}", field.name());
            self.comment(&[path, &[2, index]].concat(), &full);
            self.check(is_snake(field.name()), || {
                format!("{full} is not snake_case")
            });
            let required = field.label() == Label::Required || field.r#type() == Type::Group;
            self.check(!required, || format!("{full} is of proto2"));
        }
        for oneof in &message.oneof_decl {
            let full = format!("{name}.{}", oneof.name());
            self.check(is_snake(oneof.name().trim_start_matches('_')), || {
                format!("oneof {full} is not snake_case")
            });
        }
        for (index, nested) in (0..).zip(&message.nested_type) {
            self.message(nested, &[path, &[3, index]].concat());
        }
    }

    fn enumeration(&mut self, found: &EnumDescriptorProto, path: &[i32]) {
        let name = found.name();
        self.comment(path, name);
        self.check(is_pascal(name), || format!("enum {name} is not PascalCase"));
        let prefix = upper_snake(name) + "_";
        for (index, value) in (0..).zip(&found.value) {
            self.comment(&[path, &[2, index]].concat(), value.name());
            let fits = value.name().starts_with(&prefix);
            self.check(fits, || {
                format!("{} does not begin with {prefix}", value.name())
            });
        }
        let zero = found.value.first();
        let unset = zero.is_some_and(|zero| {
            zero.number() == 0 && zero.name() == format!("{prefix}UNSPECIFIED")
        });
        self.check(unset, || {
            format!("enum {name} does not begin with {prefix}UNSPECIFIED = 0")
        });
    }

    fn services(&mut self, file: &FileDescriptorProto) {
        for (at, service) in (0..).zip(&file.service) {
            let name = service.name();
            self.comment(&[6, at], name);
            self.check(is_pascal(name) && name.ends_with("Service"), || {
                format!("service {name} does not end with Service")
            });
            for (index, method) in (0..).zip(&service.method) {
                self.comment(&[6, at, 2, index], method.name());
                for (kind, suffix) in [
                    (method.input_type(), "Request"),
                    (method.output_type(), "Response"),
                ] {
                    let expected = format!(".{PACKAGE}.{}{suffix}", method.name());
                    self.check(kind == expected, || {
                        format!("{name}.{} has {kind} for {expected}", method.name())
                    });
                }
            }
        }
    }
}

#[test]
fn the_files_keep_the_rules() {
    let mut complaints = Vec::new();
    for file in files() {
        let mut lint = Lint {
            complaints: Vec::new(),
            commented: commented(&file),
        };
        let name = file.name();
        lint.check(file.syntax() == "proto3", || {
            format!("{name} is not proto3")
        });
        let folder = format!("{}/", PACKAGE.replace('.', "/"));
        lint.check(name.starts_with(&folder), || {
            format!("{name} is not in {folder}")
        });
        let options = file.options.clone().unwrap_or_default();
        let go = options.go_package() == "cairohints/v1;cairohintsv1";
        lint.check(go, || format!("{name} has no go_package"));
        for (index, message) in (0..).zip(&file.message_type) {
            lint.message(message, &[4, index]);
        }
        for (index, found) in (0..).zip(&file.enum_type) {
            lint.enumeration(found, &[5, index]);
        }
        lint.services(&file);
        complaints.extend(lint.complaints);
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn kind_of(field: &FieldDescriptorProto) -> String {
    let kind = match field.type_name() {
        "" => format!("{:?}", field.r#type()).to_lowercase(),
        name => name.trim_start_matches('.').to_owned(),
    };
    match field.label() {
        Label::Repeated => format!("repeated {kind}"),
        _ if field.proto3_optional() => format!("optional {kind}"),
        _ => kind,
    }
}

/// Everything that has a meaning on the wire, as `name = meaning`.
fn wire() -> BTreeMap<String, String> {
    fn add(message: &DescriptorProto, name: &str, all: &mut BTreeMap<String, String>) {
        for field in &message.field {
            let oneof = match field.oneof_index {
                Some(index) if !field.proto3_optional() => {
                    format!(" in {}", message.oneof_decl[index as usize].name())
                }
                _ => String::new(),
            };
            let text = format!("{} {}{oneof}", kind_of(field), field.name());
            all.insert(format!("{name} {}", field.number()), text);
        }
        for range in &message.reserved_range {
            for number in range.start()..range.end() {
                all.insert(format!("{name} {number}"), "reserved".to_owned());
            }
        }
        for nested in &message.nested_type {
            add(nested, &format!("{name}.{}", nested.name()), all);
        }
    }
    let mut all = BTreeMap::new();
    for file in files() {
        for message in &file.message_type {
            add(message, message.name(), &mut all);
        }
        for found in &file.enum_type {
            for value in &found.value {
                let key = format!("{} {}", found.name(), value.number());
                all.insert(key, value.name().to_owned());
            }
        }
        for service in &file.service {
            for method in &service.method {
                let stream = |streams: bool| if streams { "stream " } else { "" };
                let text = format!(
                    "{}{} -> {}{}",
                    stream(method.client_streaming()),
                    method.input_type(),
                    stream(method.server_streaming()),
                    method.output_type(),
                );
                all.insert(format!("{}/{}", service.name(), method.name()), text);
            }
        }
    }
    all
}

/// What was on the wire stays as it is. What is taken out is reserved; what is new is added to the list with
/// `UPDATE_WIRE=1`.
#[test]
fn the_wire_stays_compatible() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire.txt");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let mut known: BTreeMap<String, String> = text
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let now = wire();
    let broken: Vec<String> = known
        .iter()
        .filter_map(|(key, before)| match now.get(key) {
            Some(after) if after == before || after == "reserved" => None,
            after => Some(format!("{key} was `{before}` and is `{after:?}`")),
        })
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    let is_new = |key: &&String| now[*key] != *known.get(*key).unwrap_or(&String::new());
    let new: Vec<&String> = now.keys().filter(is_new).collect();
    if std::env::var_os("UPDATE_WIRE").is_none() {
        assert!(
            new.is_empty(),
            "{new:?} are not in tests/wire.txt\nhint: run `UPDATE_WIRE=1 cargo test -p hint-proto`"
        );
        return;
    }
    known.extend(now);
    let lines: Vec<String> = known
        .iter()
        .map(|(key, value)| format!("{key} = {value}\n"))
        .collect();
    std::fs::write(path, lines.concat()).expect("the list is written");
}
