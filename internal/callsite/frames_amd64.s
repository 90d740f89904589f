//go:build gc && !logbook_portable

#include "textflag.h"

// func returns(to *[Depth]uintptr)
TEXT ·returns(SB), NOSPLIT|NOFRAME, $0-8
	MOVQ to+0(FP), AX
	MOVQ BP, CX
	XORQ DX, DX
	MOVQ DX, 0(AX)
	MOVQ DX, 8(AX)
	MOVQ DX, 16(AX)
	TESTQ CX, CX
	JZ   done
	MOVQ 8(CX), DX
	MOVQ DX, 0(AX)
	MOVQ 0(CX), CX
	TESTQ CX, CX
	JZ   done
	MOVQ 8(CX), DX
	MOVQ DX, 8(AX)
	MOVQ 0(CX), CX
	TESTQ CX, CX
	JZ   done
	MOVQ 8(CX), DX
	MOVQ DX, 16(AX)
done:
	RET
