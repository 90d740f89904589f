//go:build gc && !logbook_portable

#include "textflag.h"

// func load(offset uintptr) uint64
TEXT ·load(SB), NOSPLIT, $0-16
	MOVD offset+0(FP), R0
	MOVD (g)(R0), R1
	MOVD R1, ret+8(FP)
	RET

// func descriptor() unsafe.Pointer
TEXT ·descriptor(SB), NOSPLIT, $0-8
	MOVD g, ret+0(FP)
	RET
