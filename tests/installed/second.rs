//! Another library in Rust, with a standard library of its own, in the same program.
use std::collections::HashMap;

#[unsafe(no_mangle)]
pub extern "C" fn second_answer(number: u32) -> u32 {
    let numbers: HashMap<u32, String> = (0..100).map(|number| (number, number.to_string())).collect();
    std::panic::catch_unwind(|| numbers[&number].len() as u32).unwrap_or(0)
}
