
#[test]
fn every_instruction_has_its_bytes() {
    let opcodes: Vec<Opcode> = ROWS.iter().map(|row| row.opcode).collect();
    assert_eq!(opcodes, Opcode::ALL);
}
