#pragma once
#include <stdint.h>
/// The address of the caller's frame: how deep the evaluation thread's stack is.
static inline uintptr_t nixlite_stack_pointer(void) { return (uintptr_t)__builtin_frame_address(0); }
/// Lowest and highest address of the calling thread's stack.
void nixlite_stack_bounds(uintptr_t *low, uintptr_t *high);
/// Spills the callee-saved registers to the stack, then calls `body(context, stack pointer)`: what a conservative scan needs.
void nixlite_with_spilled_registers(void (*body)(void *context, uintptr_t stack_pointer), void *context);
