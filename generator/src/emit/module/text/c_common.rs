
/// Writes the configuration that holds where nothing else is stated.
///
/// # Safety
///
/// `out` is null, or points to memory for a configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PREFIX_config_default(out: *mut CONFIG) -> c_int {
    guard(|| {
        // SAFETY: the caller answers for the pointer, as the docs demand; null is refused.
        let out = unsafe { Place::new(out, "out") }?;
        out.set(SURFACE::CONFIG::default().into_c());
        Ok(())
    })
}

/// Opens the module on the best backend that does exactly what the configuration asks; null stands for the default.
///
/// # Safety
///
/// `config` is null, or points to a configuration whose pointers are null or point to as much as their lengths say; `out` is null, or points
/// to memory for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PREFIX_open(config: *const CONFIG, out: *mut *mut Handle) -> c_int {
    // SAFETY: the contract of this function is that of `open`, and the caller answers for the pointer, as the docs demand.
    guard(|| unsafe { open(config, Opening::new(), Place::new(out, "out")) })
}

/// Opens the module on a backend, if `approximate` isn't 0 also on one that does what is asked only approximately.
///
/// # Safety
///
/// As for `PREFIX_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PREFIX_open_on(
    config: *const CONFIG,
    backend: i32,
    approximate: u8,
    out: *mut *mut Handle,
) -> c_int {
    guard(|| {
        // SAFETY: the caller answers for the pointer, as the docs demand; null is refused.
        let out = unsafe { Place::new(out, "out") };
        check_enabled()?;
        let wanted = backend_of(backend).ok_or_else(|| Failure::no_variant("ENUM", backend))?;
        let opening = match approximate {
            0 => Opening::new(),
            _ => Opening::new().accept_approximate(),
        };
        // SAFETY: the contract of this function is that of `open`.
        unsafe { open(config, opening.on(wanted), out) }
    })
}

/// Opens the module.
///
/// # Safety
///
/// As for `PREFIX_open`.
unsafe fn open(config: *const CONFIG, opening: Opening<BACKEND>, out: Result<Place<*mut Handle>, Failure>) -> Result<(), Failure> {
    check_enabled()?;
    let config: SURFACE::CONFIG = match config.is_null() {
        true => Default::default(),
        // SAFETY: the caller answers for the pointer, as the docs demand.
        false => unsafe { value::structure(config, "config") }?,
    };
    let out = out?;
    let module = HANDLE::open_with(config, opening)?;
    out.set(Box::into_raw(Box::new(Handle(module))));
    Ok(())
}

/// Ends the use of the module, without freeing the handle.
///
/// # Safety
///
/// `handle` is null, or was opened by this module and isn't freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PREFIX_close(handle: *const Handle) -> c_int {
    guard(|| {
        check_enabled()?;
        // SAFETY: the caller answers for the pointer, as the docs demand; null is refused.
        let Handle(module) = unsafe { value::reference(handle, "handle") }?;
        module.close();
        Ok(())
    })
}

/// Frees a handle. Null is passed over.
///
/// # Safety
///
/// `handle` is null, or was opened by this module, isn't freed, and nobody uses it any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PREFIX_free(handle: *mut Handle) {
    // Where no backend is compiled in, no pointer can be one to a handle.
    if !handle.is_null() && HANDLE::is_enabled() {
        guard(|| {
            // SAFETY: it came from `open`, which leaked a box, and the caller says that it isn't freed.
            drop(unsafe { Box::from_raw(handle) });
            Ok(())
        });
    }
}

/// Whether the module was not closed: 0 or 1.
///
/// # Safety
///
/// `handle` is null, or was opened by this module and isn't freed; `out` is null, or points to memory for a byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PREFIX_is_open(handle: *const Handle, out: *mut u8) -> c_int {
    guard(|| {
        // SAFETY: the caller answers for the pointer, as the docs demand; null is refused.
        let out = unsafe { Place::new(out, "out") };
        check_enabled()?;
        // SAFETY: as before.
        let Handle(module) = unsafe { value::reference(handle, "handle") }?;
        out?.set(u8::from(module.is_open()));
        Ok(())
    })
}

/// The number of the backend behind the module.
///
/// # Safety
///
/// `handle` is null, or was opened by this module and isn't freed; `out` is null, or points to memory for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PREFIX_backend(handle: *const Handle, out: *mut i32) -> c_int {
    guard(|| {
        // SAFETY: the caller answers for the pointer, as the docs demand; null is refused.
        let out = unsafe { Place::new(out, "out") };
        check_enabled()?;
        // SAFETY: as before.
        let Handle(module) = unsafe { value::reference(handle, "handle") }?;
        out?.set(match module.backend() {
