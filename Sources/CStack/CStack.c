#include "CStack.h"
#include <setjmp.h>

void nixlite_with_spilled_registers(void (*body)(void *context, uintptr_t stack_pointer), void *context) {
  jmp_buf registers;
  __builtin_unwind_init();
  setjmp(registers);
  body(context, (uintptr_t)__builtin_frame_address(0) < (uintptr_t)&registers ? (uintptr_t)__builtin_frame_address(0)
                                                                              : (uintptr_t)&registers);
  __asm__ volatile("" : : "r"(&registers) : "memory");
}
