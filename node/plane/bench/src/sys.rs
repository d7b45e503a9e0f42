//! What the benchmark asks of the kernel beyond sockets ([`regie_load::sockets`]), and of the processor. All `unsafe` of the
//! benchmark is in this file.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64;
use std::io;
use std::mem;
use std::os::unix::process::CommandExt;
use std::process::Command;

use libc::c_int;

fn check(result: c_int) -> io::Result<c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Has the processor fetch `value` while other work goes on, where it can.
pub fn fetch<T: ?Sized>(value: &T) {
    let _start = std::ptr::from_ref(value).cast::<i8>();
    #[cfg(target_arch = "x86_64")]
    for at in (0..mem::size_of_val(value)).step_by(64) {
        // SAFETY: a hint that no address can make fail; this one is inside `value`.
        unsafe { x86_64::_mm_prefetch::<{ x86_64::_MM_HINT_T0 }>(_start.add(at)) };
    }
}

/// Bind this thread to one processor; `realtime`: before all ordinary work that others have for it, by this priority.
pub fn confine(cpu: usize, realtime: Option<i32>) -> io::Result<()> {
    // SAFETY: an all-zero set is valid; the calls only read their arguments.
    unsafe {
        let mut set: libc::cpu_set_t = mem::zeroed();
        libc::CPU_SET(cpu, &mut set);
        check(libc::sched_setaffinity(0, mem::size_of_val(&set), &set))?;
        if let Some(sched_priority) = realtime {
            let priority = libc::sched_param { sched_priority };
            check(libc::sched_setscheduler(0, libc::SCHED_FIFO, &priority))?;
        }
    }
    Ok(())
}

/// Let `command` start confined as [`confine`] says, with all threads it will have.
pub fn confine_child(command: &mut Command, cpu: usize, realtime: bool) {
    // SAFETY: between fork and exec only two system calls are made, nothing is allocated or locked.
    unsafe { command.pre_exec(move || confine(cpu, realtime.then_some(1))) };
}
