import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { type Placed, placeOrder, priceInCents, type ScenarioName, scenarios } from '../orders.ts';

const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });
const most = 9;

export function OrderForm({ onPlaced }: { readonly onPlaced: (placed: Placed) => void }): ReactElement {
  const id = useId();
  const [quantity, setQuantity] = useState(1);
  const [scenario, setScenario] = useState<ScenarioName>('well');
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setSending(true);
    setProblem(null);
    try {
      onPlaced(await placeOrder({ quantity, scenario }));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setSending(false);
    }
  }

  return (
    <section className="card form" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>New order</h2>
      <form onSubmit={(event) => void submit(event)}>
        <div className="product">
          <div>
            <p className="name">Coffee set</p>
            <p className="quiet">{money.format(priceInCents / 100)} each</p>
          </div>
          <div className="quantity">
            <button
              type="button"
              aria-label="One less"
              disabled={quantity === 1}
              onClick={() => setQuantity(quantity - 1)}
            >
              −
            </button>
            <label className="hidden" htmlFor={`${id}-quantity`}>
              Quantity
            </label>
            <input
              id={`${id}-quantity`}
              type="number"
              inputMode="numeric"
              min={1}
              max={most}
              value={quantity}
              onChange={({ target }) => setQuantity(Math.min(most, Math.max(1, Math.trunc(target.valueAsNumber) || 1)))}
            />
            <button
              type="button"
              aria-label="One more"
              disabled={quantity === most}
              onClick={() => setQuantity(quantity + 1)}
            >
              +
            </button>
          </div>
        </div>
        <fieldset>
          <legend>What should happen?</legend>
          {Object.entries(scenarios).map(([name, { label }]) => (
            <label className="choice" key={name}>
              <input
                type="radio"
                name="scenario"
                checked={scenario === name}
                onChange={() => setScenario(name as ScenarioName)}
              />
              {label}
            </label>
          ))}
        </fieldset>
        <button type="submit" className="primary" disabled={sending}>
          {sending ? 'Placing the order …' : `Place order · ${money.format((quantity * priceInCents) / 100)}`}
        </button>
        {problem && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
      </form>
    </section>
  );
}
