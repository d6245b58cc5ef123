//! What a WASM module carries beside its code. Pure.

use anyhow::{Context, Result, ensure};

/// The module without the names of its functions, which are two thirds of it and serve debuggers alone.
pub(crate) fn without_names(module: &[u8]) -> Result<Vec<u8>> {
    let (head, mut rest) = module.split_at_checked(8).context("too short for a module")?;
    ensure!(head.starts_with(b"\0asm"), "not a module");
    let mut kept = head.to_vec();
    while let Some((&kind, after)) = rest.split_first() {
        let (size, body) = number(after)?;
        let (body, next) = body.split_at_checked(size).context("a section ends early")?;
        let (section, after_it) = rest.split_at(rest.len() - next.len());
        if kind != 0 || name(body)? != b"name" {
            kept.extend_from_slice(section);
        }
        rest = after_it;
    }
    Ok(kept)
}

/// The name that a custom section begins with.
fn name(body: &[u8]) -> Result<&[u8]> {
    let (size, rest) = number(body)?;
    rest.get(..size).context("a section without its name")
}

/// An unsigned number in the format's own writing (LEB128), and what follows it.
fn number(bytes: &[u8]) -> Result<(usize, &[u8])> {
    let mut value = 0;
    for (place, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Ok((value, &bytes[place + 1..]));
        }
    }
    anyhow::bail!("a number without an end")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_and_the_rest_stays() {
        let head = b"\0asm\x01\0\0\0";
        let (code, names, other) = (b"\x0a\x02\x01\x02", b"\0\x06\x04name\x07", b"\0\x03\x01xy");
        let module = [&head[..], code, names, other].concat();
        assert_eq!(without_names(&module).unwrap(), [&head[..], code, other].concat());
        assert!(without_names(&module[..module.len() - 1]).is_err());
    }
}
