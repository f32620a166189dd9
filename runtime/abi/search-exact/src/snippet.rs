//! Cuts the part out of a text that has the most of a query.

use std::collections::BTreeSet;

use crate::text::{Analyzer, Token};

/// The part of at most `limit` bytes with the most terms of the query, the first of those that are equal, with as much around it
/// as fits. As HTML, with the terms marked.
pub fn densest(text: &str, analyzer: &Analyzer, terms: &BTreeSet<String>, limit: usize) -> String {
    let tokens: Vec<Token> = analyzer.tokens(text).collect();
    let matching: Vec<usize> = (0..tokens.len()).filter(|&at| terms.contains(&tokens[at].term)).collect();
    let Some((first, last)) = densest_window(&tokens, &matching, limit) else {
        return String::new();
    };
    let (first, last) = widen(&tokens, first, last, limit);
    let (from, to) = (tokens[first].from, tokens[last].to);

    let mut html = String::with_capacity(to - from + 32);
    let mut at = from;
    for token in matching.iter().map(|&index| &tokens[index]) {
        if token.from < from || token.to > to {
            continue;
        }
        escape(&text[at..token.from], &mut html);
        html.push_str("<mark>");
        escape(&text[token.from..token.to], &mut html);
        html.push_str("</mark>");
        at = token.to;
    }
    escape(&text[at..to], &mut html);
    html
}

/// The first and the last token of the window with the most matches. A window begins and ends with a match; one match always fits.
fn densest_window(tokens: &[Token], matching: &[usize], limit: usize) -> Option<(usize, usize)> {
    let mut best: Option<(usize, usize, usize)> = None;
    let mut end = 0;
    for begin in 0..matching.len() {
        end = end.max(begin);
        let from = tokens[matching[begin]].from;
        while end + 1 < matching.len() && tokens[matching[end + 1]].to - from <= limit {
            end += 1;
        }
        let count = end + 1 - begin;
        if best.is_none_or(|(most, ..)| count > most) {
            best = Some((count, matching[begin], matching[end]));
        }
    }
    best.map(|(_, first, last)| (first, last))
}

/// Adds tokens around a window: before it up to half of what is left, then behind it, then before it again.
fn widen(tokens: &[Token], mut first: usize, mut last: usize, limit: usize) -> (usize, usize) {
    let bytes = |first: usize, last: usize| tokens[last].to - tokens[first].from;
    let half = bytes(first, last) + limit.saturating_sub(bytes(first, last)) / 2;
    while first > 0 && bytes(first - 1, last) <= half {
        first -= 1;
    }
    while last + 1 < tokens.len() && bytes(first, last + 1) <= limit {
        last += 1;
    }
    while first > 0 && bytes(first - 1, last) <= limit {
        first -= 1;
    }
    (first, last)
}

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#x27;"),
            _ => html.push(c),
        }
    }
}
