#pragma once
#include <stdint.h>
/// The address of the caller's frame: how deep the evaluation thread's stack is.
static inline uintptr_t nixlite_stack_pointer(void) { return (uintptr_t)__builtin_frame_address(0); }
/// Has the processor fetch the cache line at `address`, which must not matter.
static inline void nixlite_prefetch(uintptr_t address) { __builtin_prefetch((const void *)address); }
/// Lowest and highest address of the calling thread's stack.
void nixlite_stack_bounds(uintptr_t *low, uintptr_t *high);
/// Spills the callee-saved registers to the stack, then calls `body(context, stack pointer)`: what a conservative scan needs.
void nixlite_with_spilled_registers(void (*body)(void *context, uintptr_t stack_pointer), void *context);
