//! Two versions of a text, word by word. Pure.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Same(String),
    Gone(String),
    Come(String),
}

/// Beyond so many words, side by side is as readable and cheaper.
const MOST: usize = 1_000;

/// What stayed, what went and what came, in reading order; none where the texts are too long or share nothing.
pub fn pieces(from: &str, to: &str) -> Option<Vec<Piece>> {
    let (a, b): (Vec<&str>, Vec<&str>) = (from.split_whitespace().collect(), to.split_whitespace().collect());
    if a.len().max(b.len()) > MOST {
        return None;
    }
    // The longest common run of words from each place on.
    let mut longest = vec![vec![0_u16; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i][j] = if a[i] == b[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    if longest[0][0] == 0 {
        return None;
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            add(&mut pieces, Piece::Same(a[i].to_owned()));
            i += 1;
            j += 1;
        } else if i < a.len() && (j == b.len() || longest[i + 1][j] >= longest[i][j + 1]) {
            add(&mut pieces, Piece::Gone(a[i].to_owned()));
            i += 1;
        } else {
            add(&mut pieces, Piece::Come(b[j].to_owned()));
            j += 1;
        }
    }
    Some(pieces)
}

/// Words of one sort that follow each other are one piece.
fn add(pieces: &mut Vec<Piece>, next: Piece) {
    match (pieces.last_mut(), &next) {
        (Some(Piece::Same(text)), Piece::Same(more))
        | (Some(Piece::Gone(text)), Piece::Gone(more))
        | (Some(Piece::Come(text)), Piece::Come(more)) => {
            text.push(' ');
            text.push_str(more);
        }
        _ => pieces.push(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_word_goes_and_comes_between_what_stays() {
        assert_eq!(
            pieces(
                "une ceinture verte autour de Liège",
                "une ceinture alimentaire autour de Liège"
            ),
            Some(vec![
                Piece::Same("une ceinture".into()),
                Piece::Gone("verte".into()),
                Piece::Come("alimentaire".into()),
                Piece::Same("autour de Liège".into()),
            ])
        );
        assert_eq!(pieces("rien de commun", "tout autre chose"), None);
    }
}
