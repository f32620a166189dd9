//! Resolves the raw tables of an instruction set: names become ids, strings are parsed, and every mistake is reported.
