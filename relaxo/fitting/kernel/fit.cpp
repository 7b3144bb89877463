// One variant of the fit: for one instruction set, and for signals in single or in double precision (RELAXO_DOUBLE), each
// with the LANES that fill a register; kernel.cpp chooses among them when it is loaded.

#include "cut.hpp"

namespace RELAXO_VARIANT {
namespace {

template <class Form> std::int64_t fit_block(const Task &task, const Block &block) { return Fit<Form>(task, block).run(); }

}  // namespace

std::int64_t run(const Task *task, const Block *block) {
    switch (task->form) {
        case DECAY: return task->truncate ? fit_cut<Decay>(*task, *block) : fit_block<Decay>(*task, *block);
        case RECOVERY: return fit_block<Recovery>(*task, *block);
        case INVERSION: return fit_block<Inversion>(*task, *block);
        case REPEATED_INVERSION: return fit_block<RepeatedInversion>(*task, *block);
        case SPOILED: return fit_block<Spoiled>(*task, *block);
        default: return -1;
    }
}

}  // namespace RELAXO_VARIANT
