// What Python calls: the variant of the fit for the best instruction set that this processor has.

#include <cstdlib>
#include <cstring>

#include "kernel.h"
#include "surface.h"

#if defined(__x86_64__) || defined(_M_X64)
#include <cpuid.h>
#define RELAXO_X86 1
#endif

#if defined(_WIN32)
#define EXPORT extern "C" __declspec(dllexport)
#else
#define EXPORT extern "C" __attribute__((visibility("default")))
#endif

#define VARIANT(name) namespace name { int64_t run(const Task *, const Block *); }
#define SURFACE_VARIANT(name) namespace name { void follow(const SurfaceTask *, const SurfaceStarts *); }
VARIANT(baseline)
VARIANT(baseline_double)
SURFACE_VARIANT(baseline)
#ifdef RELAXO_X86
VARIANT(avx2)
VARIANT(avx2_double)
VARIANT(avx512)
VARIANT(avx512_double)
SURFACE_VARIANT(avx2)
SURFACE_VARIANT(avx512)
#endif

namespace {

using Run = int64_t (*)(const Task *, const Block *);
using Follow = void (*)(const SurfaceTask *, const SurfaceStarts *);
struct Variant {
    const char *name;
    Run single, twice;  // for signals in single and in double precision
    Follow follow;
};

#ifdef RELAXO_X86
// Whether the operating system keeps these registers: bits 1 and 2 for AVX, 5 to 7 for AVX-512.
bool system_keeps(unsigned wanted) {
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & wanted) == wanted;
}

// RELAXO_INSTRUCTIONS=SSE2 or AVX2 asks for less than there is, so that one machine can try what others will run.
bool may_use(const char *instructions) {
    const char *most = std::getenv("RELAXO_INSTRUCTIONS");
    if (!most) return true;
    return std::strcmp(most, "SSE2") != 0 && (std::strcmp(most, "AVX2") != 0 || std::strcmp(instructions, "AVX2") == 0);
}

Variant choose() {
    unsigned a, b, c, d;
    const bool saves = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_OSXSAVE);
    const bool fma = saves && (c & bit_FMA) && (c & bit_AVX) && system_keeps(0x6);
    if (fma && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 5)) && may_use("AVX2")) {
        const unsigned needed = (1u << 16) | (1u << 17) | (1u << 30) | (1u << 31);  // F, DQ, BW, VL
        if ((b & needed) == needed && system_keeps(0xe6) && may_use("AVX-512"))
            return {"AVX-512", avx512::run, avx512_double::run, avx512::follow};
        return {"AVX2", avx2::run, avx2_double::run, avx2::follow};
    }
    return {"SSE2", baseline::run, baseline_double::run, baseline::follow};
}
#else
Variant choose() { return {"baseline", baseline::run, baseline_double::run, baseline::follow}; }
#endif

const Variant chosen = choose();

}  // namespace

EXPORT const char *relaxo_variant() { return chosen.name; }
EXPORT int relaxo_sizes(int which) { return which ? static_cast<int>(sizeof(Block)) : static_cast<int>(sizeof(Task)); }

// Fit a block; the answer is the number of voxels that were refused for being negative, or -1 for an unknown form.
EXPORT int64_t relaxo_fit(const Task *task, const Block *block) {
    return (task->is_double ? chosen.twice : chosen.single)(task, block);
}

EXPORT int relaxo_surface_sizes(int which) {
    return which ? static_cast<int>(sizeof(SurfaceStarts)) : static_cast<int>(sizeof(SurfaceTask));
}

// Follow starts to the minima that they lead to.
EXPORT void relaxo_follow(const SurfaceTask *task, const SurfaceStarts *starts) { chosen.follow(task, starts); }
