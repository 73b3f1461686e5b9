#define _GNU_SOURCE
#include "CStack.h"
#include <pthread.h>

void nixlite_stack_bounds(uintptr_t *low, uintptr_t *high) {
  // A thread's stack stays where it is, and asking takes system calls: every parsed file asks.
  static _Thread_local uintptr_t known_low, known_high;
  if (known_high == 0) {
    pthread_attr_t attributes;
    void *address = 0;
    size_t size = 0;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstack(&attributes, &address, &size);
    pthread_attr_destroy(&attributes);
    known_low = (uintptr_t)address;
    known_high = (uintptr_t)address + size;
  }
  *low = known_low;
  *high = known_high;
}

void nixlite_with_spilled_registers(void (*body)(void *context, uintptr_t stack_pointer), void *context) {
  // Saves every callee-saved register in this frame; what `body` pushes lies below and need not be scanned.
  __builtin_unwind_init();
  uintptr_t marker;
  uintptr_t here = (uintptr_t)&marker;
  uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
  // Registers may be saved on either side of the marker: start well below both.
  body(context, (here < frame ? here : frame) - 256);
  __asm__ volatile("" : : "r"(&marker) : "memory");
}
