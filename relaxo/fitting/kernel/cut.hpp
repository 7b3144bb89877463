// Decays that end in noise: cut first where their points sink below the floor, and fitted again where their fit says that
// this was the wrong place, as relaxo/models/floor.py does.
#pragma once

#include "fit.hpp"

namespace RELAXO_VARIANT {
namespace {

// How often a decay is cut anew.
constexpr int CUTS = 2;
// Numbers of the signals that are fitted again, and the most voxels that go from fit to fit together.
constexpr int AGAIN = 32768, MOST_TOGETHER = 2048;

// The voxels of a block from `from` on.
inline Block part_of(const Block &block, std::int64_t from, std::int64_t voxels) {
    Block part = block;
    part.signal = static_cast<const S *>(block.signal) + from;
    part.voxels = voxels;
    if (block.place)
        part.place += from;
    else
        part.first += from;
    return part;
}

template <class Form> class CutFit {
public:
    explicit CutFit(const Task &task) : task_(task), points_(task.images - task.skipped), columns_(columns_of<V>(task)) {}

    // The answer is how many voxels are negative.
    std::int64_t run(const Block &block) {
        const int together = AGAIN / task_.images < MOST_TOGETHER ? AGAIN / task_.images : MOST_TOGETHER;
        std::int64_t negative = 0;
        for (std::int64_t from = 0; from < block.voxels; from += together) {
            const std::int64_t left = block.voxels - from;
            const Block part = part_of(block, from, left < together ? left : together);
            negative += Fit<Form>(task_, part, {counts_, false}).run();
            for (int i = 0; i < part.voxels; ++i) some_[i] = static_cast<std::int16_t>(i);
            int voxels = static_cast<int>(part.voxels);
            for (int cut = 0; cut < CUTS && (voxels = cut_anew(part, voxels)) > 0; ++cut) fit_again(part, voxels);
        }
        return negative;
    }

private:
    // Keep those of some voxels whose curves sink below the floor elsewhere than they were cut; the answer is how many.
    STAGE int cut_anew(const Block &part, int voxels) {
        // What could be fitted once can be again: to drop those whose curve falls fast would favour the others.
        const int wanted = Form::amplitudes + 1 + static_cast<int>(task_.least_freedom);
        const V least = splat<V>(wanted < points_ ? wanted : points_);
        int changed = 0;
        for (int at = 0; at < voxels; at += W) {
            const int lanes = voxels - at < W ? voxels - at : W;
            S time[W]{}, amplitude[W]{}, count[W];
            for (int lane = 0; lane < lanes; ++lane) {
                const std::int64_t place = place_of(part, some_[at + lane]);
                time[lane] = static_cast<S>(part.values[0][place]);
                amplitude[lane] = static_cast<S>(part.values[1][place]);
            }
            V curve[MOST_POINTS];
            Form::all(columns_, points_, 1 / load<V>(time), curve);
            store_lanes(count, largest(points_above(points_, curve, splat<V>(task_.floor) / load<V>(amplitude)), least));
            for (int lane = 0; lane < lanes; ++lane) {
                const int voxel = some_[at + lane], now = static_cast<int>(count[lane]);
                // Without a branch, which would be guessed wrong for every third voxel.
                const bool otherwise = (part.status[place_of(part, voxel)] == OK) & (now != counts_[voxel]);
                counts_[voxel] = static_cast<std::uint8_t>(otherwise ? now : counts_[voxel]);
                some_[changed] = static_cast<std::int16_t>(voxel);
                changed += otherwise;
            }
        }
        return changed;
    }

    void fit_again(const Block &part, int voxels) {
        for (int image = 0; image < task_.images; ++image) {
            const S *from = static_cast<const S *>(part.signal) + image * part.stride;
            for (int i = 0; i < voxels; ++i) signal_[image * voxels + i] = from[some_[i]];
        }
        for (int i = 0; i < voxels; ++i) {
            again_[i] = counts_[some_[i]];
            place_[i] = place_of(part, some_[i]);
        }
        Block block = part;
        block.signal = signal_;
        block.stride = block.voxels = voxels;
        block.place = place_;
        Fit<Form>(task_, block, {again_, true}).run();
    }

    const Task &task_;
    const int points_;
    const ColumnsOf<V> columns_;
    S signal_[AGAIN];
    std::int64_t place_[MOST_TOGETHER];
    std::int16_t some_[MOST_TOGETHER];
    // A fit looks at LANES of them at a time.
    std::uint8_t counts_[MOST_TOGETHER + W], again_[MOST_TOGETHER + W]{};
};

template <class Form> STAGE std::int64_t fit_cut(const Task &task, const Block &block) { return CutFit<Form>(task).run(block); }

}  // namespace
}  // namespace RELAXO_VARIANT
