interface Sample {
  readonly position: number | null;
}

/** Have a made-up event recorded about one of the invented people; development only. */
export async function recordTestEvent(patientId: string): Promise<Sample> {
  const response = await fetch("/portal/test-event", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ patient_id: patientId }),
  });
  if (!response.ok) throw new Error(`The server refused with ${response.status}.`);
  return (await response.json()) as Sample;
}
