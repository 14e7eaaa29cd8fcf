//! A small bank as a WebAssembly module: accounts, transfers into and out of them, and texts that go both
//! ways. It says what it allocates and frees, so that a test can see that nothing is left.
//!
//! `rustc --target wasm32-wasi --crate-type cdylib -O -C strip=symbols -o bank.wasm bank.rs`
//!
//! A text is a C string, UTF-8. The caller puts its own where `alloc` says and gives them back to `dealloc`;
//! those that the bank returns go back to `free_string`.

use std::alloc::Layout;
use std::ffi::{CStr, CString};
use std::os::raw::c_char;
use std::sync::Mutex;

struct Account {
    number: i32,
    holder: String,
    branch: f64,
    balance: f64,
}

static ACCOUNTS: Mutex<Vec<Account>> = Mutex::new(Vec::new());

/// Greets by name.
#[no_mangle]
pub extern "C" fn custom_greet(name: *const c_char) -> *mut c_char {
    answer(format!("Welcome to the bank, {}", text(name)))
}

#[no_mangle]
pub extern "C" fn plus(a: i32, b: i32) -> i32 {
    a.wrapping_add(b)
}

#[no_mangle]
pub extern "C" fn minus(a: i32, b: i32) -> i32 {
    a.wrapping_sub(b)
}

/// Opens an account.
#[no_mangle]
pub extern "C" fn add_account(number: i32, holder: *const c_char, branch: f64, balance: f64) {
    let holder = text(holder);
    println!("[bank] account {number} of {holder} at branch {branch:.0}: {balance:.2}");
    ACCOUNTS.lock().unwrap().push(Account {
        number,
        holder,
        branch,
        balance,
    });
}

/// Adds to a balance, or takes from it.
#[no_mangle]
pub extern "C" fn modify_balance(number: i32, amount: f64) -> *mut c_char {
    with_account(number, |account| {
        account.balance += amount;
        format!(
            "{} has {:.2} now, {:+.2} at branch {:.0}",
            account.holder, account.balance, amount, account.branch
        )
    })
}

/// Says a balance.
#[no_mangle]
pub extern "C" fn get_balance(number: i32) -> *mut c_char {
    with_account(number, |account| {
        format!("{} has {:.2}", account.holder, account.balance)
    })
}

/// Takes back a text that the bank returned.
///
/// # Safety
/// `text` is one, and was not given back before; or null.
#[no_mangle]
pub unsafe extern "C" fn free_string(text: *mut c_char) {
    if text.is_null() {
        println!("[bank] nothing to free");
        return;
    }
    let text = CString::from_raw(text);
    println!("[bank] freed {} bytes", text.as_bytes_with_nul().len());
}

/// A place of so many bytes for a text of the caller; null when there is none.
#[no_mangle]
pub extern "C" fn alloc(bytes: usize) -> *mut u8 {
    match Layout::array::<u8>(bytes) {
        Ok(layout) if bytes > 0 => unsafe { std::alloc::alloc(layout) },
        _ => std::ptr::null_mut(),
    }
}

/// Takes such a place back.
///
/// # Safety
/// `place` came from `alloc(bytes)` and was not given back before.
#[no_mangle]
pub unsafe extern "C" fn dealloc(place: *mut u8, bytes: usize) {
    if let Ok(layout) = Layout::array::<u8>(bytes) {
        std::alloc::dealloc(place, layout);
    }
}

fn with_account(number: i32, say: impl FnOnce(&mut Account) -> String) -> *mut c_char {
    let mut accounts = ACCOUNTS.lock().unwrap();
    let account = accounts.iter_mut().find(|account| account.number == number);
    answer(match account {
        Some(account) => say(account),
        None => format!("there is no account {number}"),
    })
}

/// What the caller said.
fn text(text: *const c_char) -> String {
    assert!(!text.is_null(), "a null pointer is no text");
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().expect("UTF-8").to_owned()
}

/// What the caller gets.
fn answer(text: String) -> *mut c_char {
    let text = CString::new(text).expect("a text without zeros");
    println!("[bank] allocated {} bytes", text.as_bytes_with_nul().len());
    text.into_raw()
}
