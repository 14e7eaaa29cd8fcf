//! A WebAssembly module that uses the host functions of `hint-worker/src/engines/wasm/include/cairo.h`: it
//! reads felts of the VM, computes with them, and leaves a new segment behind.
//!
//! `rustc --target wasm32-wasi --crate-type cdylib -O -C strip=symbols -o squares.wasm squares.rs`

/// A felt or an address.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Value([u8; 32]);

#[link(wasm_import_module = "cairo")]
extern "C" {
    fn ids_get(name: *const u8, length: usize, result: *mut Value);
    fn ids_set(name: *const u8, length: usize, value: *const Value);
    fn memory_get_range(address: *const Value, count: u32, results: *mut Value);
    fn memory_set_range(address: *const Value, count: u32, values: *const Value);
    fn segment_add(result: *mut Value);
    fn felt_add(left: *const Value, right: *const Value, result: *mut Value);
    fn felt_mul(left: *const Value, right: *const Value, result: *mut Value);
    fn felt_from_i64(number: i64, result: *mut Value);
    fn felt_to_i64(felt: *const Value, result: *mut i64) -> u32;
    fn log(level: u32, text: *const u8, length: usize);
}

const INFO: u32 = 2;

/// The value of `ids.NAME`.
fn get(name: &str) -> Value {
    let mut value = Value::default();
    unsafe { ids_get(name.as_ptr(), name.len(), &mut value) };
    value
}

fn set(name: &str, value: Value) {
    unsafe { ids_set(name.as_ptr(), name.len(), &value) }
}

fn add(left: Value, right: Value) -> Value {
    let mut sum = Value::default();
    unsafe { felt_add(&left, &right, &mut sum) };
    sum
}

fn mul(left: Value, right: Value) -> Value {
    let mut product = Value::default();
    unsafe { felt_mul(&left, &right, &mut product) };
    product
}

fn small(felt: Value) -> Option<i64> {
    let mut number = 0;
    let fits = unsafe { felt_to_i64(&felt, &mut number) };
    (fits == 1).then(|| number)
}

/// Squares the `ids.count` felts at `ids.values` into a new segment, `ids.squares`; their sum is `ids.sum`.
#[no_mangle]
pub extern "C" fn square_all() {
    let count = small(get("count")).expect("a small count") as usize;
    let mut values = vec![Value::default(); count];
    let address = get("values");
    unsafe { memory_get_range(&address, count as u32, values.as_mut_ptr()) };
    let mut sum = Value::default();
    for value in &mut values {
        *value = mul(*value, *value);
        sum = add(sum, *value);
    }
    let mut segment = Value::default();
    unsafe {
        segment_add(&mut segment);
        memory_set_range(&segment, count as u32, values.as_ptr());
    }
    set("squares", segment);
    set("sum", sum);
    let text = format!("squared {} felts", count);
    unsafe { log(INFO, text.as_ptr(), text.len()) };
}

/// The sum of the numbers below `count`, by way of the host for each of them.
#[no_mangle]
pub extern "C" fn sum_below(count: i64) -> i64 {
    let mut sum = Value::default();
    for number in 0..count {
        let mut felt = Value::default();
        unsafe { felt_from_i64(number, &mut felt) };
        sum = add(sum, felt);
    }
    small(sum).expect("a small sum")
}

/// Reads `ids.value` so many times.
#[no_mangle]
pub extern "C" fn read_often(count: i64) -> i64 {
    (0..count).map(|_| small(get("value")).expect("a small value")).sum()
}

#[inline(never)]
fn step(number: i64) -> i64 {
    // Keeps the compiler from counting by itself.
    unsafe { core::ptr::read_volatile(&number) + 1 }
}

/// Calls a function of its own so many times.
#[no_mangle]
pub extern "C" fn count_to(count: i64) -> i64 {
    let mut number = 0;
    while number < count {
        number = step(number);
    }
    number
}
