//go:build gc && !logbook_portable

#include "textflag.h"

// func returns(to *[Depth]uintptr)
TEXT ·returns(SB), NOSPLIT|NOFRAME, $0-8
	MOVD to+0(FP), R0
	MOVD R29, R1
	MOVD ZR, 0(R0)
	MOVD ZR, 8(R0)
	MOVD ZR, 16(R0)
	CBZ  R1, done
	MOVD 8(R1), R2
	MOVD R2, 0(R0)
	MOVD 0(R1), R1
	CBZ  R1, done
	MOVD 8(R1), R2
	MOVD R2, 8(R0)
	MOVD 0(R1), R1
	CBZ  R1, done
	MOVD 8(R1), R2
	MOVD R2, 16(R0)
done:
	RET
