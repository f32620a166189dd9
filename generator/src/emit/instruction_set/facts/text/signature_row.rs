
const fn row(
    op: &'static str,
    function: &'static str,
    parameters: &'static [&'static str],
    result: &'static str,
    place: Place,
) -> Signature {
    Signature {
        op,
        function,
        parameters,
        result,
        place,
    }
}
