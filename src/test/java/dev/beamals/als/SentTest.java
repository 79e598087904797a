package dev.beamals.als;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.blocks.RatingBlocks;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.linalg.FactorMatrix;
import dev.beamals.ratings.RatingRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Neighbours get the factors of their own ids, though no id is sent. */
final class SentTest {
  private static final AlsParameters PARAMETERS = AlsParameters.create().withRank(2);

  @TempDir Path folder;

  /** Ids of all kinds; each has a row of its number and 1. */
  private static float[] rows(Ids ids) {
    float[] rows = new float[2 * ids.size()];
    for (int i = 0; i < ids.size(); i++) {
      rows[2 * i] = ids.hash(i) >>> 48;
      rows[2 * i + 1] = 1;
    }
    return rows;
  }

  /** Blocks of a side; those without ratings are left out. */
  private static List<RatingBlock> blocks(List<RatingRow> ratings, Side side, int count) {
    return RatingBlocks.byUser(
        side == Side.USER
            ? ratings
            : ratings.stream().map(r -> new RatingRow(r.item(), r.user(), 1, 0)).toList(),
        count);
  }

  private static List<Sent> send(
      Exchange exchange, List<RatingBlock> blocks, int step, int count, int others)
      throws Exception {
    List<Sent> sent = new ArrayList<>();
    for (RatingBlock block : blocks) {
      Sent one =
          exchange.send(
              block,
              block.links(count, others),
              rows(block.src()),
              step,
              new StepSums(),
              TrainingSummary.create(PARAMETERS, 0));
      sent.add(CoderUtils.clone(Sent.coder(PARAMETERS), one));
    }
    return sent;
  }

  @Test
  void neighboursGetTheirOwnFactorsFromEitherExchange() throws Exception {
    Random random = new Random(1);
    for (int trial = 0; trial < 20; trial++) {
      List<RatingRow> ratings = new ArrayList<>();
      for (int r = 1 + random.nextInt(300); r > 0; r--) {
        String item = random.nextBoolean() ? "i" + random.nextInt(30) : "" + random.nextInt(30);
        ratings.add(new RatingRow("" + random.nextInt(90), item, 1, 0));
      }
      int users = 1 + random.nextInt(4);
      int items = 1 + random.nextInt(9);
      List<RatingBlock> byUser = blocks(ratings, Side.USER, users);
      List<RatingBlock> byItem = blocks(ratings, Side.ITEM, items);
      for (Exchange exchange :
          List.of(
              new Exchange.Broadcast(9, false, false),
              new Exchange.Broadcast(9, false, true),
              new ShuffleExchange(folder + "/", 0, 9, false, false))) {
        check(send(exchange, byUser, 0, users, items), byItem, items, users);
        check(send(exchange, byItem, 1, items, users), byUser, users, items);
      }
    }
  }

  private static void check(List<Sent> sent, List<RatingBlock> to, int count, int others) {
    for (RatingBlock block : to) {
      FactorMatrix gathered = SentFactors.gather(sent, block.links(count, others), 2);
      float[] expected = rows(block.dst());
      assertEquals(block.dst().size(), gathered.rows());
      for (int d = 0; d < gathered.rows(); d++) {
        assertEquals(expected[2 * d], gathered.get(d, 0), block.dst().get(d));
        assertEquals(1, gathered.get(d, 1));
      }
    }
  }

  @Test
  void aBlockThatSentNothingIsMissed() throws Exception {
    List<RatingRow> ratings =
        IntStream.range(0, 50).mapToObj(i -> new RatingRow("u", "" + i, 1, 0)).toList();
    List<Sent> sent =
        send(new Exchange.Broadcast(9, false, false), blocks(ratings, Side.ITEM, 3), 1, 3, 1);
    RatingBlock user = RatingBlocks.byUser(ratings);
    assertEquals(50, SentFactors.gather(sent, user.links(1, 3), 2).rows());
    assertThrows(
        IllegalStateException.class,
        () -> SentFactors.gather(sent.subList(1, 3), user.links(1, 3), 2));
  }

  @Test
  void idsTravelWithTheResultAlone() throws Exception {
    List<RatingBlock> blocks = blocks(List.of(new RatingRow("u", "i", 1, 0)), Side.USER, 1);
    Exchange exchange = new Exchange.Broadcast(4, false, false);
    assertEquals(null, send(exchange, blocks, 2, 1, 1).get(0).ids());
    for (int step = 3; step <= 4; step++) {
      FactorBlock whole = send(exchange, blocks, step, 1, 1).get(0).whole();
      assertEquals(Ids.of("u"), whole.ids());
      assertEquals(2, whole.rank());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aProcessLetsFactorsGoWhenNobodyReadsThem(boolean keepsOwn) throws Exception {
    List<RatingBlock> blocks = blocks(List.of(new RatingRow("u", "i", 1, 0)), Side.USER, 1);
    Exchange exchange = new Exchange.Broadcast(6, keepsOwn, true);
    List<Sent> sent = new ArrayList<>();
    for (int step = 0; step <= 6; step++) {
      sent.add(send(exchange, blocks, step, 1, 1).get(0));
      for (int before = 0; before <= step; before++) {
        Sent old = sent.get(before);
        // The last step lets nothing go: what it reads may have to be read again.
        if (before > Math.min(step, 5) - (keepsOwn ? 4 : 2)) {
          assertEquals(2, old.own().length, before + " at " + step);
        } else {
          assertThrows(IllegalStateException.class, old::own, before + " at " + step);
        }
      }
    }
  }

  @Test
  void trainingsOfAProcessLetTheirOwnFactorsGoAlone() throws Exception {
    List<RatingBlock> blocks = blocks(List.of(new RatingRow("u", "i", 1, 0)), Side.USER, 1);
    Sent other = send(new Exchange.Broadcast(6, false, true), blocks, 0, 1, 1).get(0);
    Exchange exchange = new Exchange.Broadcast(6, false, true);
    for (int step = 0; step <= 2; step++) {
      send(exchange, blocks, step, 1, 1);
    }
    assertEquals(2, other.own().length);
  }
}
