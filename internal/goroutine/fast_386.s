//go:build gc && !logbook_portable

#include "textflag.h"

// func load(offset uintptr) uint64
TEXT ·load(SB), NOSPLIT, $0-12
	MOVL TLS, CX
	MOVL 0(CX)(TLS*1), AX // g
	MOVL offset+0(FP), BX
	MOVL 0(AX)(BX*1), CX
	MOVL 4(AX)(BX*1), DX
	MOVL CX, ret_lo+4(FP)
	MOVL DX, ret_hi+8(FP)
	RET

// func descriptor() unsafe.Pointer
TEXT ·descriptor(SB), NOSPLIT, $0-4
	MOVL TLS, CX
	MOVL 0(CX)(TLS*1), AX // g
	MOVL AX, ret+0(FP)
	RET
