//! The parameters of draft-cavage-http-signatures by the grammar of RFC 9110 §11.2, a character at a time.

/// A parameter: its name, its value without quotes, and whether it had them.
pub type Parameter = (String, String, bool);

/// The parameters of a list, each `token BWS "=" BWS ( token / quoted-string )`.
pub fn read(text: &str) -> Option<Vec<Parameter>> {
    let fine = |character: char| character == '\t' || (' '..='~').contains(&character);
    text.chars().all(fine).then_some(())?;
    let mut characters: Vec<char> = text.chars().rev().collect();
    let mut parameters = Vec::new();
    loop {
        blanks(&mut characters);
        let name = token(&mut characters)?;
        blanks(&mut characters);
        (characters.pop()? == '=').then_some(())?;
        blanks(&mut characters);
        let quoted = characters.last() == Some(&'"');
        let value = if quoted { string(&mut characters)? } else { token(&mut characters)? };
        parameters.push((name, value, quoted));
        blanks(&mut characters);
        match characters.pop() {
            None => return Some(parameters),
            Some(',') => {}
            Some(_) => return None,
        }
    }
}

fn blanks(characters: &mut Vec<char>) {
    while matches!(characters.last(), Some(' ' | '\t')) {
        characters.pop();
    }
}

fn token(characters: &mut Vec<char>) -> Option<String> {
    let mut token = String::new();
    while let Some(character) = characters.last() {
        if !character.is_ascii_alphanumeric() && !"!#$%&'*+-.^_`|~".contains(*character) {
            break;
        }
        token.push(*character);
        characters.pop();
    }
    (!token.is_empty()).then_some(token)
}

fn string(characters: &mut Vec<char>) -> Option<String> {
    characters.pop();
    let mut value = String::new();
    loop {
        match characters.pop()? {
            '"' => return Some(value),
            '\\' => value.push(characters.pop()?),
            character => value.push(character),
        }
    }
}
