//! Renders a line of text: words, code, links, and what stands out.

use std::fmt::Write;

use super::{escape, escaped};
use crate::emit::manual::address::HTML;
use crate::emit::manual::page::{Inline, Line};

/// Adds running text.
pub fn line(out: &mut String, page: &str, text: &Line) {
    for inline in &text.0 {
        match inline {
            Inline::Text(text) => escape(out, text),
            Inline::Code(code) => {
                out.push_str("<code>");
                escape(out, code);
                out.push_str("</code>");
            }
            Inline::Strong(inner) => {
                out.push_str("<strong>");
                line(out, page, inner);
                out.push_str("</strong>");
            }
            Inline::Emphasis(inner) => {
                out.push_str("<em>");
                line(out, page, inner);
                out.push_str("</em>");
            }
            Inline::Link { to, text } => {
                let _ = write!(out, "<a href=\"{}\">", escaped(&HTML.address(page, to)));
                line(out, page, text);
                out.push_str("</a>");
            }
        }
    }
}
